# syntax=docker/dockerfile:1
# One binary, one volume, no root. Build: docker build -t mingshu .

FROM rust:1.95-slim-bookworm AS build
RUN apt-get update && apt-get install -y --no-install-recommends build-essential \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /src
COPY . .
RUN --mount=type=cache,target=/usr/local/cargo/registry \
    --mount=type=cache,target=/src/target \
    cargo build --release --locked && cp target/release/mingshu /mingshu

FROM debian:bookworm-slim
RUN useradd --system --uid 10001 --home-dir /data --shell /usr/sbin/nologin mingshu \
    && install -d -o mingshu -g mingshu /data
COPY --from=build /mingshu /usr/local/bin/mingshu
USER mingshu
WORKDIR /data
VOLUME /data
# Everything that changes lives in /data: the database, Config.toml, templates of your own.
ENV MINGSHU_SERVER__BIND=0.0.0.0:8080 \
    MINGSHU_DATABASE__URL=sqlite:///data/mingshu.db \
    MINGSHU_LOG__FORMAT=json
EXPOSE 8080
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=15s --timeout=5s --start-period=20s CMD ["mingshu", "healthcheck"]
ENTRYPOINT ["mingshu"]
CMD ["serve"]
