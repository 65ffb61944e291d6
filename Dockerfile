# The gateway as one small image: skillett serve, not as root. Its own PostgreSQL keeps its data in /data; with
# DATABASE_URL and SKILLETT_SECRET_KEYS the image keeps nothing.
#   docker build -t skillett . && docker run -p 4050:4050 -v skillett:/data skillett
#   docker exec CONTAINER skillett admin create-user --email you@example.com

FROM node:22-slim AS build
WORKDIR /app
COPY package.json package-lock.json tsconfig.json ./
COPY cli cli
COPY codegen codegen
COPY generated generated
COPY server server
# Its last step, prepare, makes the bundle.
RUN npm ci && npm prune --omit=dev --ignore-scripts

FROM node:22-slim
WORKDIR /app
COPY package.json ./
COPY --from=build /app/node_modules node_modules
COPY --from=build /app/dist dist
COPY generated generated
COPY skills skills
COPY sql sql
RUN ln -s /app/dist/skillett.cjs /usr/local/bin/skillett && install -d -o node -g node -m 700 /data
USER node
ENV NODE_ENV=production HOST=0.0.0.0 PORT=4050 SKILLETT_HOME=/data
VOLUME /data
EXPOSE 4050
HEALTHCHECK --start-period=10s CMD ["node", "-e", "require('node:http').get({ port: process.env.PORT, path: '/readyz' }, (answer) => process.exit(answer.statusCode === 200 ? 0 : 1)).on('error', () => process.exit(1))"]
ENTRYPOINT ["skillett"]
CMD ["serve"]
