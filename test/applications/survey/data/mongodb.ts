// mongodb@7.9.0
import { BSON, MongoClient } from 'mongodb';

console.log(BSON.serialize({ a: 1 }).length);
await new MongoClient('mongodb://127.0.0.1:1', { serverSelectionTimeoutMS: 200 })
  .connect()
  .catch((error) => console.log(error.name));
