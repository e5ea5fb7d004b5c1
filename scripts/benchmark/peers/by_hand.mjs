// What the servers written by hand for Node.js share: the statements, by postgres.js, which prepares them.
import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import postgres from "postgres";

export const port = Number(parseArgs({ options: { port: { type: "string" } } }).values.port);
export const key = process.env.PEER_SECRET;
export const claims = { audience: "benchmark", role: "seller" };

export const schema = readFileSync(new URL("by_hand.graphql", import.meta.url), "utf8");

const asNumber = (type) => ({ to: type, from: [type], parse: Number, serialize: String });
const sql = postgres(process.env.DATABASE_URL, { max: 10, types: { bigint: asNumber(20), numeric: asNumber(1700) } });
const comparisons = { eq: sql`=`, gte: sql`>=`, lte: sql`<=` };
const product = sql`id, name, city, price, stock, owner_id`;

export const products = (where, sort, limit) =>
  sql`SELECT ${product} FROM product WHERE true ${conditions(where)} ORDER BY ${order(sort)} id LIMIT ${limit}`;

export const oneProduct = async (id) => (await sql`SELECT ${product} FROM product WHERE id = ${id}`)[0];

export const createProduct = async ({ name, city, price, stock, ownerId }) =>
  (await sql`
    INSERT INTO product (name, city, price, stock, owner_id) VALUES (${name}, ${city}, ${price}, ${stock}, ${ownerId})
    RETURNING ${product}`)[0];

/** The owner of each product, by one statement. */
export async function owners(products) {
  const found = await sql`SELECT id, name FROM person WHERE id = ANY(${products.map((one) => one.owner_id)})`;
  const byId = new Map(found.map((person) => [person.id, person]));
  return products.map((one) => byId.get(one.owner_id));
}

/** The comments of each product, by one statement. */
export async function comments(products) {
  const found = await sql`
    SELECT id, body, product_id FROM comment WHERE product_id = ANY(${products.map((one) => one.id)}) ORDER BY id`;
  const byProduct = Map.groupBy(found, (comment) => comment.product_id);
  return products.map((one) => byProduct.get(one.id) ?? []);
}

const conditions = (where) =>
  Object.entries(where ?? {}).flatMap(([field, compared]) =>
    Object.entries(compared).map(([name, value]) => sql`AND ${sql(field)} ${comparisons[name]} ${value}`),
  );

const order = (sort) =>
  (sort ?? []).map(({ field, order }) => sql`${sql(field)} ${order === "DESC" ? sql`DESC` : sql`ASC`},`);
