import 'reflect-metadata';
import { createServer } from 'node:http';
import { DataSource } from 'typeorm';
import { Author } from './author';
import { Book } from './book';

const source = new DataSource({
  type: 'postgres',
  url: 'postgres://ada:secret@127.0.0.1:1/shop',
  entities: [Author, Book],
});
createServer(async (_request, response) => {
  const failed = await source.initialize().then(String, (error: NodeJS.ErrnoException) => `${error.code}`);
  const types = [
    Reflect.getMetadata('design:type', Book.prototype, 'title').name,
    Reflect.getMetadata('design:type', Book.prototype, 'printed').name,
  ];
  response.end(JSON.stringify({ failed, types, author: new Author('Ada').name }));
}).listen(Number(process.env.PORT));
