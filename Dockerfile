# syntax=docker/dockerfile:1
# Built in three stages so that the image holds what runs and nothing that builds.

FROM node:26-bookworm-slim AS dependencies
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
COPY tools tools
# The image has its own Node: the pinned one of the checkout (a devDependency) stays out.
RUN npm ci --omit=dev --no-audit --no-fund

FROM node:26-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
COPY tools tools
RUN npm ci --no-audit --no-fund
COPY tsconfig.json tsconfig.build.json ./
COPY src src
RUN npm run build

FROM node:26-bookworm-slim
ENV NODE_ENV=production \
    TENANTWATCH_CONFIG=/etc/tenantwatch/tenantwatch.yaml
WORKDIR /app
COPY --from=dependencies /app/node_modules node_modules
COPY --from=build /app/dist dist
COPY package.json LICENSE ./
COPY assets assets
COPY docs/runbooks docs/runbooks
COPY docs/playbook.md docs/
RUN install -d -o node -g node -m 0700 /data
# Uid 1000; the root file system can be mounted read-only, only /data is written.
USER node
VOLUME /data
EXPOSE 9480
HEALTHCHECK --interval=30s --timeout=5s --start-period=10s --retries=3 \
  CMD ["node", "-e", "fetch('http://127.0.0.1:9480/livez').then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["node", "/app/dist/bin.js"]
CMD ["watch"]
