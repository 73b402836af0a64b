# The worker with its SDK clients and its tools. Set-up builds everything in the first image; the second one gets what runs.
FROM golang:1.26.8-bookworm AS go
FROM rust:1.85.0-slim-bookworm AS rust

FROM node:20.20.2-bookworm AS build
RUN apt-get update \
 && apt-get install -y --no-install-recommends python3-venv openjdk-17-jdk-headless maven \
 && rm -rf /var/lib/apt/lists/*
COPY --from=go /usr/local/go /usr/local/go
COPY --from=rust /usr/local/cargo /usr/local/cargo
COPY --from=rust /usr/local/rustup /usr/local/rustup
ENV RUSTUP_HOME=/usr/local/rustup CARGO_HOME=/usr/local/cargo PATH=/usr/local/cargo/bin:/usr/local/go/bin:$PATH
WORKDIR /opt/robustmq-chaos
COPY . .
# What compilers leave beside their result stays here.
RUN node scripts/setup.mjs \
 && npm prune --omit=dev --no-audit --no-fund \
 && find sdk_clients/rust/target -type f ! -path sdk_clients/rust/target/release/sdk-client -delete \
 && rm -rf sdk_clients/java*/target

FROM node:20.20.2-bookworm-slim
RUN apt-get update \
 && apt-get install -y --no-install-recommends ca-certificates git openjdk-17-jre-headless openssh-client python3 \
 && rm -rf /var/lib/apt/lists/*
WORKDIR /opt/robustmq-chaos
COPY --from=build /opt/robustmq-chaos/package.json ./
COPY --from=build /opt/robustmq-chaos/node_modules ./node_modules
COPY --from=build /opt/robustmq-chaos/dist ./dist
COPY --from=build /opt/robustmq-chaos/bin ./bin
COPY --from=build /opt/robustmq-chaos/scripts ./scripts
COPY --from=build /opt/robustmq-chaos/config ./config
COPY --from=build /opt/robustmq-chaos/sdk_clients ./sdk_clients
COPY --from=build /opt/robustmq-chaos/.tools ./.tools
RUN mkdir data && chown node:node data
USER node
CMD ["node", "dist/client/main.js", "worker", "--set-current", "--config", "config/default.yml"]
