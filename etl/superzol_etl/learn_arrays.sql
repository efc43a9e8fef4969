-- Arrays of the types that loads send and read, which the driver asks about when it first meets one.
SELECT NULL::int2[], NULL::int4[]
