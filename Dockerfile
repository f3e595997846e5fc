# syntax=docker/dockerfile:1
# Two stages: a builder with compilers, and a small image that holds Node, the bundle, the native files and SQLite only.

FROM node:20-bookworm AS build
WORKDIR /pitboss
COPY package.json package-lock.json ./
COPY scripts scripts
COPY src src
COPY actors actors
COPY kernels kernels
COPY config config
RUN npm run build \
 && npm prune --omit=dev --ignore-scripts --no-audit --no-fund \
 # The bundle holds every package but those with native code or WebAssembly, and the two small ones that SQLite needs.
 && for package in better-sqlite3 bindings file-uri-to-path @nockbox/iris-wasm; do \
      mkdir -p runtime/node_modules/$package && cp -r node_modules/$package/. runtime/node_modules/$package/ || exit 1; done \
 && rm -rf runtime/node_modules/better-sqlite3/deps runtime/node_modules/better-sqlite3/src runtime/node_modules/better-sqlite3/build/Release/obj* \
 && mkdir -p runtime/kernels/build/Release \
 && cp kernels/build/Release/pitboss.node kernels/build/Release/pitboss-host runtime/kernels/build/Release/ \
 && cp -r dist config package.json runtime/

FROM node:20-bookworm-slim
ENV NODE_ENV=production PITBOSS_HOME=/data
WORKDIR /pitboss
COPY --from=build /pitboss/runtime ./
RUN useradd --system --uid 10001 --home-dir /data --create-home pitboss
USER pitboss
VOLUME /data
# Docker sends SIGTERM and waits 10 s: the program stops taking work, flushes its spool and exits 0 within that time.
STOPSIGNAL SIGTERM
ENTRYPOINT ["node", "dist/main.js"]
CMD ["batch-file", "--env", "local", "--file", "config/examples/nodes.txt", "--headless"]
