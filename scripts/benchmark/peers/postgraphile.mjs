// PostGraphile as its documentation starts it in production, with the filters' preset and its own reading of tokens.
import { createServer } from "node:http";
import { parseArgs } from "node:util";
import { postgraphile } from "postgraphile";
import { makePgService } from "postgraphile/adaptors/pg";
import { grafserv } from "postgraphile/grafserv/node";
import { PostGraphileAmberPreset } from "postgraphile/presets/amber";
import { PgLazyJWTPreset } from "postgraphile/presets/lazy-jwt";
import { PostGraphileConnectionFilterPreset } from "postgraphile-plugin-connection-filter";

const { values: given } = parseArgs({ options: { port: { type: "string" } } });
const served = postgraphile({
  extends: [PostGraphileAmberPreset, PostGraphileConnectionFilterPreset, PgLazyJWTPreset],
  pgServices: [makePgService({ connectionString: process.env.DATABASE_URL, schemas: ["public"] })],
  grafserv: {
    graphiql: false,
    pgJwtSecret: process.env.PEER_SECRET,
    pgJwtVerifyOptions: { audience: "benchmark" },
  },
}).createServ(grafserv);
const server = createServer();
await served.addTo(server);
server.listen(Number(given.port), "127.0.0.1");
