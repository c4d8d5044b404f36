# The console is built with everything; the image that runs has only what runs.
FROM node:24-slim AS build
WORKDIR /tocsin
COPY package.json package-lock.json .npmrc ./
COPY src/console/package.json src/console/
RUN npm ci
COPY . .
RUN npm run build

FROM node:24-slim
WORKDIR /tocsin
ENV NODE_ENV=production TOCSIN_DATA_DIR=/data
COPY package.json package-lock.json .npmrc LICENSE ./
COPY src/console/package.json src/console/
# The image has its own Node: the one from the registry is not needed twice.
RUN npm ci --omit=dev --omit=optional
COPY src src
COPY devices devices
COPY flows flows
COPY --from=build /tocsin/src/console/dist src/console/dist
RUN mkdir /data && chown node:node /data
USER node
VOLUME /data
EXPOSE 1883 8080
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s \
  CMD ["node", "-e", "fetch('http://127.0.0.1:8080/health/ready').then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "src/main.ts"]
