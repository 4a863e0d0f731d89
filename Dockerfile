# Pollcast in a container: docs/deploy.md says how to run it. For amd64 and arm64.

FROM node:24-bookworm AS web
WORKDIR /src
COPY package.json package-lock.json ./
COPY apps/api/package.json apps/api/
COPY apps/loadtest/package.json apps/loadtest/
COPY apps/web/package.json apps/web/
COPY shared/package.json shared/
# Nothing that is built here runs sqlite3, which may have to be compiled.
RUN npm ci --ignore-scripts
COPY . .
RUN npm run build

FROM node:24-bookworm AS dependencies
WORKDIR /src
COPY package.json package-lock.json ./
COPY apps/api/package.json apps/api/
COPY apps/loadtest/package.json apps/loadtest/
COPY apps/web/package.json apps/web/
COPY shared/package.json shared/
RUN npm ci --omit=dev --workspace @pollcast/api

FROM node:24-bookworm-slim
LABEL org.opencontainers.image.title="Pollcast" \
      org.opencontainers.image.description="Live polls that you host yourself" \
      org.opencontainers.image.licenses="MIT"
# A font, and where fonts are, for charts as PNG. Debian keeps no older version of a package, so a build that names one fails after the next.
# hadolint ignore=DL3008
RUN apt-get update \
 && apt-get install --yes --no-install-recommends fontconfig-config fonts-dejavu-core \
 && rm -rf /var/lib/apt/lists/*
WORKDIR /app
COPY --from=dependencies /src/node_modules/ node_modules/
COPY --from=web /src/shared/package.json shared/
COPY --from=web /src/shared/dist/ shared/dist/
COPY --from=web /src/apps/api/package.json apps/api/
COPY --from=web /src/apps/api/dist/ apps/api/dist/
COPY --from=web /src/apps/web/dist/ apps/web/dist/
RUN chmod +x apps/api/dist/main.js \
 && ln -s /app/apps/api/dist/main.js /usr/local/bin/pollcast \
 && install -d -o node -g node -m 700 /data
ENV NODE_ENV=production \
    DATABASE_URL=sqlite:/data/pollcast.sqlite
USER node
WORKDIR /data
VOLUME /data
EXPOSE 3000
# With TLS the certificate is for another name than this one.
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s \
  CMD ["node", "-e", "require(process.env.TLS_CERT ? 'https' : 'http').get({ port: process.env.PORT || 3000, host: '127.0.0.1', path: '/healthz', rejectUnauthorized: false }, ({ statusCode }) => process.exit(statusCode === 200 ? 0 : 1)).on('error', () => process.exit(1))"]
ENTRYPOINT ["pollcast"]
