// drizzle-orm@0.45.4 pg@8.23.1
import { eq } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/node-postgres';
import { integer, pgTable, text } from 'drizzle-orm/pg-core';

const users = pgTable('users', { id: integer(), name: text() });
const database = drizzle('postgres://127.0.0.1:1/x');
console.log(database.select().from(users).where(eq(users.id, 1)).toSQL());
await database
  .select()
  .from(users)
  .catch((error) => console.log(error.cause.code));
