# Build with the same commands as a checkout; run on the official Node 24 image.
FROM node:24-bookworm-slim AS build
WORKDIR /app
COPY . .
RUN node scripts/prepare.mjs \
  && npm prune --omit=dev --ignore-scripts \
  # The image brings its own Node: the packaged ones are not needed.
  && rm -rf node_modules/node-linux-* node_modules/node-win-* node_modules/node-bin-* node_modules/.bin/node

FROM node:24-bookworm-slim
ENV NODE_ENV=production DATA_DIR=/data
WORKDIR /app
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
COPY --from=build /app/prisma ./prisma
RUN mkdir /data && chown node:node /data
USER node
VOLUME /data
EXPOSE 3001
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s \
  CMD ["node", "-e", "fetch('http://127.0.0.1:3001/health/ready').then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
# Smaller young generations of the heap: a hundred megabytes less for a few per cent of the speed.
CMD ["node", "--max-semi-space-size=8", "dist/main.js"]
