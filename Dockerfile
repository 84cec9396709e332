# syntax=docker/dockerfile:1
# Debian, not Alpine: the embedded PostgreSQL needs glibc.
FROM node:22-bookworm-slim AS node

# `npm run build` ends with an error where this Node is older than package.json allows; all stages have the same one.
FROM node AS build
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts
COPY tsconfig.json tsconfig.build.json nest-cli.json ormconfig.ts ./
COPY scripts ./scripts
COPY src ./src
COPY libs ./libs
RUN npm run build && rm -f dist/.tsbuildinfo

# What runs needs neither the compiler nor the tests.
FROM node AS production
WORKDIR /app
COPY package.json package-lock.json ./
# EMBEDDED=true keeps the embedded PostgreSQL (60 MB), for a container that needs no database.
ARG EMBEDDED=false
RUN npm ci --ignore-scripts --omit=dev $(if [ "$EMBEDDED" = true ]; then echo --include=optional; else echo --omit=optional; fi) \
  && find node_modules -name '*.map' -delete

FROM node
# An image with the embedded PostgreSQL was built to run on it: NODE_ENV=production alone would refuse to.
ARG EMBEDDED=false
ENV NODE_ENV=production EMBEDDED=$EMBEDDED HOST=0.0.0.0 PORT=3000 DATA_DIR=/data
WORKDIR /app
RUN rm -rf /usr/local/lib/node_modules /usr/local/bin/npm /usr/local/bin/npx /usr/local/bin/corepack /opt/yarn-* \
  && mkdir /data && chown node:node /data
COPY --from=production /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
COPY package.json LICENSE ./
USER node
EXPOSE 3000
VOLUME /data
HEALTHCHECK --interval=10s --timeout=3s --start-period=60s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/health/live`).then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
# Node itself is the process that gets the signals. Its flags are those of `npm start`.
CMD ["node", "--heap-growing-percent=100", "--max-semi-space-size=16", "dist/src/main.js"]
