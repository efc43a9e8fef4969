# Three images of one wheel: docker build --target server|etl|operator .
# BASE is any image with Python 3.11 or later, its venv module, CA certificates and tzdata.
ARG BASE=python:3.13-slim

FROM ${BASE} AS build
WORKDIR /src
RUN python3 -m venv /opt/build && python3 -m venv --without-pip /opt/superzol
COPY .ci/install-packages /usr/local/bin/
COPY requirements-build.lock ./
RUN --mount=type=secret,id=ca,target=/run/secrets/ca,required=false \
    --mount=type=secret,id=pip_conf,target=/run/secrets/pip_conf,required=false \
    install-packages requirements-build.lock /opt/build

FROM build AS wheel
COPY requirements-compiler.lock ./
RUN --mount=type=secret,id=ca,target=/run/secrets/ca,required=false \
    --mount=type=secret,id=pip_conf,target=/run/secrets/pip_conf,required=false \
    install-packages requirements-compiler.lock /opt/build
COPY . .
RUN /opt/build/bin/pip wheel --quiet --no-deps --no-build-isolation --no-index --wheel-dir /wheel .

# The packages come before the wheel: a change of the code installs only the wheel again.
FROM build AS server-packages
COPY requirements-server.lock ./
RUN --mount=type=secret,id=ca,target=/run/secrets/ca,required=false \
    --mount=type=secret,id=pip_conf,target=/run/secrets/pip_conf,required=false \
    install-packages requirements-server.lock /opt/superzol
COPY --from=wheel /wheel /wheel
RUN /opt/build/bin/pip --python /opt/superzol/bin/python --quiet install --no-deps --no-index /wheel/*

FROM build AS etl-packages
COPY requirements-etl.lock ./
RUN --mount=type=secret,id=ca,target=/run/secrets/ca,required=false \
    --mount=type=secret,id=pip_conf,target=/run/secrets/pip_conf,required=false \
    install-packages requirements-etl.lock /opt/superzol
COPY --from=wheel /wheel /wheel
RUN /opt/build/bin/pip --python /opt/superzol/bin/python --quiet install --no-deps --no-index /wheel/*

FROM build AS operator-packages
COPY requirements-operator.lock ./
RUN --mount=type=secret,id=ca,target=/run/secrets/ca,required=false \
    --mount=type=secret,id=pip_conf,target=/run/secrets/pip_conf,required=false \
    install-packages requirements-operator.lock /opt/superzol
COPY --from=wheel /wheel /wheel
RUN /opt/build/bin/pip --python /opt/superzol/bin/python --quiet install --no-deps --no-index /wheel/*

# What runs: the base without its pip, as a user that owns nothing.
FROM ${BASE} AS runtime
RUN rm -rf /usr/local/bin/pip* /usr/local/lib/python3*/ensurepip /usr/local/lib/python3*/site-packages/pip* \
        /usr/lib/python3*/ensurepip /usr/share/python-wheels \
    && echo 'superzol:x:10001:10001::/tmp:/usr/sbin/nologin' >>/etc/passwd \
    && echo 'superzol:x:10001:' >>/etc/group
# /tmp is all that may be written where the root is read-only
ENV PATH=/opt/superzol/bin:/usr/local/bin:/usr/bin:/bin HOME=/tmp PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1
WORKDIR /tmp
USER 10001:10001

FROM runtime AS server
COPY --from=server-packages /opt/superzol /opt/superzol
EXPOSE 50051 8080
ENTRYPOINT ["superzol-server"]
CMD ["serve"]

FROM runtime AS etl
COPY --from=etl-packages /opt/superzol /opt/superzol
ENTRYPOINT ["superzol-etl"]
CMD ["--help"]

FROM runtime AS operator
COPY --from=operator-packages /opt/superzol /opt/superzol
ENTRYPOINT ["superzol-operator"]
CMD ["run"]
