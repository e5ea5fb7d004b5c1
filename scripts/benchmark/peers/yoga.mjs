// By hand as most are: GraphQL Yoga on Node's own server, with DataLoader.
import { createServer } from "node:http";
import DataLoader from "dataloader";
import { createVerifier } from "fast-jwt";
import { GraphQLError } from "graphql";
import { createSchema, createYoga } from "graphql-yoga";
import { claims, comments, createProduct, key, oneProduct, owners, port, products, schema } from "./by_hand.mjs";

const verify = createVerifier({ key, allowedAud: claims.audience, cache: true });
const yoga = createYoga({
  graphiql: false,
  logging: false,
  context: ({ request }) => {
    if (!mayEnter(request.headers.get("authorization"))) {
      throw new GraphQLError("Unauthenticated", { extensions: { http: { status: 401 } } });
    }
    return { owners: new DataLoader(owners), comments: new DataLoader(comments) };
  },
  schema: createSchema({
    typeDefs: schema,
    resolvers: {
      Query: {
        products: (_, { where, sort, limit }) => products(where, sort, limit),
        product: (_, { id }) => oneProduct(id),
      },
      Mutation: { createProduct: (_, { input }) => createProduct(input) },
      Product: {
        owner: (product, _, loaders) => loaders.owners.load(product),
        comments: (product, _, loaders) => loaders.comments.load(product),
      },
    },
  }),
});
createServer(yoga).listen(port, "127.0.0.1");

function mayEnter(authorization) {
  try {
    return verify(authorization?.replace("Bearer ", "") ?? "").role === claims.role;
  } catch {
    return false;
  }
}
