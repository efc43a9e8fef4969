-- Which city a store is in, however its chain writes it: names and codes of the Central Bureau of Statistics.

ALTER TABLE store
    ADD COLUMN published_city  text,
    ADD COLUMN online_url      text;
COMMENT ON COLUMN chain.retired IS 'No store of it was seen for 60 days.';
COMMENT ON COLUMN store.kind IS 'StoreType as published, else what name and address tell: 0 unknown, 1 physical, 2 online, 3 both.';
COMMENT ON COLUMN store.city IS 'Name of its locality, or the city as published where that names none known; null when unknown.';
COMMENT ON COLUMN store.city_code IS 'CBS locality code, published or of the city named; null when unknown.';
COMMENT ON COLUMN store.published_city IS 'City as published, name or code; null when blank or a placeholder.';
COMMENT ON COLUMN store.online_url IS 'Site found in the address; null when there is none.';

CREATE FUNCTION city_key(words text) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
    RETURN replace(replace(translate(regexp_replace(regexp_replace(
        search_text(words),
        '^(קיבוצ|מושב|העיר) ', ''),
        '^ק[. ]+', 'קרית '),
        ' .', ''), 'יי', 'י'), 'וו', 'ו');
COMMENT ON FUNCTION city_key IS 'Spelling in which cities are compared: search_text without blanks and dots, double yod and vav single, the short form of Kiryat written out.';

CREATE TABLE locality (
    code  text PRIMARY KEY COLLATE "C",
    name  text NOT NULL
);
COMMENT ON TABLE locality IS 'Localities of Israel in which chains have stores.';
COMMENT ON COLUMN locality.code IS 'Code of the Central Bureau of Statistics.';
COMMENT ON COLUMN locality.name IS 'Name shown.';

CREATE TABLE locality_spelling (
    key   text PRIMARY KEY COLLATE "C",
    code  text NOT NULL REFERENCES locality
);
COMMENT ON TABLE locality_spelling IS 'What stores and callers write for a locality: its names, short forms, former names and quarters.';
COMMENT ON COLUMN locality_spelling.key IS 'city_key of the spelling.';
COMMENT ON COLUMN locality_spelling.code IS 'The locality meant.';

CREATE FUNCTION city_text(asked text) RETURNS text
    LANGUAGE sql STABLE PARALLEL SAFE STRICT
    RETURN search_text(coalesce(
        (SELECT name FROM locality WHERE code = ltrim(asked, '0 ')),
        (SELECT locality.name FROM locality_spelling JOIN locality USING (code) WHERE key = city_key(asked)),
        asked));
COMMENT ON FUNCTION city_text IS 'search_text of the city asked for by CBS code or in any spelling; search_text(store.city) is compared with it.';

-- Code, name, and other spellings that city_key does not make equal to the name.
CREATE TEMP TABLE listed (code text, name text, others text[]) ON COMMIT DROP;
INSERT INTO listed VALUES
    ('3000', 'ירושלים', '{ים,Jerusalem,פסגת זאב,עטרות}'), ('5000', 'תל אביב-יפו', '{תל אביב,תא,תא יפו,יפו,Tel Aviv,Tel Aviv-Yafo,רמת אביב,רמת אביב א,רמת החייל}'),
    ('4000', 'חיפה', '{Haifa,קרית חיים,קרית אליעזר,נווה שאנן}'), ('8300', 'ראשון לציון', '{ראשלצ,ראשון,Rishon LeZion}'),
    ('7900', 'פתח תקווה', '{פת,פתח תיקווה,Petah Tikva}'), ('70', 'אשדוד', '{Ashdod}'), ('7400', 'נתניה', '{נתנייה,Netanya}'),
    ('9000', 'באר שבע', '{בש,Beer Sheva}'), ('6100', 'בני ברק', '{בב,Bnei Brak}'), ('6600', 'חולון', '{Holon}'),
    ('8600', 'רמת גן', '{רג,Ramat Gan,רמת אפעל}'), ('7100', 'אשקלון', '{Ashkelon}'), ('8400', 'רחובות', '{Rehovot}'), ('6200', 'בת ים', '{Bat Yam}'),
    ('2610', 'בית שמש', '{Beit Shemesh,רמת בית שמש}'), ('6900', 'כפר סבא', '{כס,Kfar Saba,כפר סבא צפון}'), ('6400', 'הרצליה', '{הרצלייה,Herzliya}'),
    ('6500', 'חדרה', '{Hadera,גבעת אולגה}'), ('1200', 'מודיעין-מכבים-רעות', '{מודיעין,מודעין,מכבים,רעות,מכבים רעות,Modiin}'), ('7300', 'נצרת', '{Nazareth}'),
    ('7000', 'לוד', '{Lod}'), ('8500', 'רמלה', '{Ramla}'), ('8700', 'רעננה', '{Raanana}'), ('3797', 'מודיעין עילית', '{קרית ספר}'), ('1161', 'רהט', '{Rahat}'),
    ('9700', 'הוד השרון', '{Hod HaSharon}'), ('6300', 'גבעתיים', '{Givatayim}'), ('6800', 'קריית אתא', '{}'), ('9100', 'נהרייה', '{נהריה,Nahariya}'),
    ('2710', 'אום אל-פחם', '{אום אל פאחם}'), ('3780', 'ביתר עילית', '{ביתר עלית,ביתר}'), ('2630', 'קריית גת', '{}'), ('2600', 'אילת', '{Eilat}'),
    ('2640', 'ראש העין', '{}'), ('7700', 'עפולה', '{Afula}'), ('7200', 'נס ציונה', '{}'), ('7600', 'עכו', '{Acre}'), ('1309', 'אלעד', '{}'),
    ('2650', 'רמת השרון', '{רמהש}'), ('1139', 'כרמיאל', '{Karmiel}'), ('2660', 'יבנה', '{Yavne}'), ('6700', 'טבריה', '{טברייה,Tiberias}'), ('2730', 'טייבה', '{}'),
    ('8200', 'קריית מוצקין', '{}'), ('8800', 'שפרעם', '{שפר עם}'), ('1061', 'נוף הגליל', '{נצרת עילית,נצרת עלית}'), ('9600', 'קריית ים', '{}'),
    ('9500', 'קריית ביאליק', '{}'), ('2620', 'קריית אונו', '{}'), ('3616', 'מעלה אדומים', '{מישור אדומים}'), ('2400', 'אור יהודה', '{}'), ('8000', 'צפת', '{Safed}'),
    ('246', 'נתיבות', '{}'), ('2200', 'דימונה', '{}'), ('8900', 'טמרה', '{}'), ('7500', 'סח''נין', '{סכנין}'), ('9400', 'יהוד-מונוסון', '{יהוד,יהוד נווה מונוסון}'),
    ('6000', 'באקה אל-גרבייה', '{באקה,באקה אל גרביה}'), ('31', 'אופקים', '{}'), ('681', 'גבעת שמואל', '{}'), ('2720', 'טירה', '{}'), ('2560', 'ערד', '{}'),
    ('874', 'מגדל העמק', '{}'), ('1031', 'שדרות', '{}'), ('531', 'עראבה', '{}'), ('2500', 'נשר', '{}'), ('2800', 'קריית שמונה', '{קש}'),
    ('240', 'יקנעם עילית', '{יקנעם,יוקנעם,יוקנעם עילית,יקנעם עלית}'), ('634', 'כפר קאסם', '{כפר קסם}'), ('168', 'כפר יונה', '{}'), ('638', 'קלנסווה', '{}'),
    ('1034', 'קריית מלאכי', '{}'), ('1063', 'מעלות-תרשיחא', '{מעלות}'), ('2100', 'טירת כרמל', '{טירת הכרמל}'), ('3570', 'אריאל', '{}'), ('1020', 'אור עקיבא', '{}'),
    ('9200', 'בית שאן', '{}'), ('1247', 'חריש', '{}'), ('99', 'מצפה רמון', '{}'), ('831', 'ירוחם', '{}'), ('166', 'גן יבנה', '{}'), ('9300', 'זכרון יעקב', '{זיכרון יעקב}'),
    ('7800', 'פרדס חנה-כרכור', '{פרדס חנה,כרכור}'), ('1015', 'מבשרת ציון', '{מבשרת}'), ('2550', 'גדרה', '{}'), ('469', 'קריית עקרון', '{}'), ('2034', 'חצור הגלילית', '{חצור}'),
    ('2530', 'באר יעקב', '{באר יעקוב}'), ('182', 'אבן יהודה', '{}'), ('195', 'קדימה-צורן', '{קדימה,צורן}'), ('154', 'תל מונד', '{}'), ('1304', 'שוהם', '{}'), ('666', 'עומר', '{}'),
    ('1271', 'להבים', '{}'), ('1268', 'מיתר', '{}'), ('43', 'מטולה', '{}'), ('4100', 'קצרין', '{}'), ('26', 'ראש פינה', '{}'), ('1263', 'כפר ורדים', '{}'), ('53', 'עתלית', '{}'),
    ('9800', 'בנימינה-גבעת עדה', '{בנימינה,גבעת עדה}'), ('1167', 'קיסריה', '{}'), ('587', 'סביון', '{}'), ('565', 'אזור', '{}'), ('2300', 'קריית טבעון', '{טבעון}'), ('122', 'רמת ישי', '{}'),
    ('46', 'יבנאל', '{}'), ('47', 'כפר תבור', '{}'), ('812', 'שלומי', '{}'), ('3650', 'אפרת', '{אפרתה}'), ('3611', 'קריית ארבע', '{}'), ('3640', 'קרני שומרון', '{}'),
    ('3750', 'אלפי מנשה', '{}'), ('3730', 'גבעת זאב', '{}'), ('3760', 'אורנית', '{}'), ('3557', 'קדומים', '{}'), ('3660', 'עמנואל', '{}'), ('3574', 'בית אל', '{}'), ('3617', 'עפרה', '{עופרה}'),
    ('3560', 'אלקנה', '{}'), ('3720', 'שערי תקווה', '{}'), ('3604', 'אלון שבות', '{}'), ('3763', 'גבע בנימין', '{שער בנימין,אדם}'), ('1224', 'כוכב יאיר', '{צור יגאל,כוכב יאיר צור יגאל}'),
    ('922', 'רכסים', '{}'), ('696', 'כפר חב"ד', '{}'), ('466', 'בית דגן', '{}'), ('28', 'מזכרת בתיה', '{}'), ('1066', 'בני עי"ש', '{}'), ('229', 'גני תקווה', '{}'), ('267', 'כפר שמריהו', '{}'),
    ('171', 'פרדסייה', '{פרדסיה}'), ('41', 'אליכין', '{}'), ('1113', 'צור הדסה', '{}'), ('29', 'יסוד המעלה', '{}'), ('1165', 'שילת', '{}'), ('155', 'באר טוביה', '{}'), ('276', 'צור משה', '{}'),
    ('472', 'אבו גוש', '{}'), ('473', 'אבו סנאן', '{}'), ('510', 'כפר מנדא', '{}'), ('499', 'יפיע', '{יפיע נצרת}'), ('542', 'ריינה', '{}'), ('509', 'כפר כנא', '{}'), ('478', 'אכסאל', '{}'),
    ('494', 'דאלית אל-כרמל', '{דלית אל כרמל,דלית אל-כרמל,דליית אל כרמל}'), ('534', 'עספיא', '{עוספיא,עוספייה}'), ('481', 'מע''אר', '{מגאר,מראר}'), ('490', 'דייר אל-אסד', '{דיר אל אסד}'),
    ('516', 'מג''ד אל-כרום', '{מגד אל כרום}'), ('480', 'בית ג''ן', '{}'), ('628', 'ג''ת', '{}'), ('637', 'ערערה', '{}'), ('654', 'כפר קרע', '{}'), ('537', 'פוריידיס', '{פרדיס}'), ('541', 'ג''סר א-זרקא', '{}'),
    ('1290', 'זמר', '{}'), ('627', 'ג''לג''וליה', '{}'), ('633', 'כפר ברא', '{}'), ('1054', 'תל שבע', '{}'), ('1060', 'לקיה', '{}'), ('1303', 'חורה', '{}'), ('1059', 'כסיפה', '{כסייפה}'),
    ('1192', 'ערערה-בנגב', '{ערוער}'), ('1286', 'שגב-שלום', '{שקיב אל סלאם}'), ('536', 'פקיעין', '{}'), ('502', 'ירכא', '{}'), ('1292', 'ג''דיידה-מכר', '{מכר,גדידה מכר}'), ('507', 'כפר יאסיף', '{}'),
    ('529', 'אעבלין', '{עבלין}'), ('998', 'ביר אל-מכסור', '{}'), ('498', 'טורעאן', '{}'), ('532', 'עין מאהל', '{}'), ('482', 'בועיינה-נוג''ידאת', '{}'), ('530', 'עיילבון', '{}'), ('492', 'דייר חנא', '{דיר חנא}'),
    ('522', 'נחף', '{}'), ('543', 'ראמה', '{}'), ('538', 'שעב', '{}'), ('504', 'כאבול', '{}'), ('496', 'חורפיש', '{}'), ('485', 'ג''וליס', '{}'), ('511', 'עילוט', '{}'), ('489', 'דבורייה', '{דבוריה}'),
    ('520', 'משהד', '{}'), ('483', 'בענה', '{}'), ('4201', 'מג''דל שמס', '{}');
INSERT INTO locality SELECT code, name FROM listed;
INSERT INTO locality_spelling
SELECT DISTINCT city_key(spelling), code
FROM listed
CROSS JOIN LATERAL unnest(name || others) AS spelling;

GRANT SELECT ON locality, locality_spelling TO superzol_reader, superzol_loader;
