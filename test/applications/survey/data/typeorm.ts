// typeorm@1.1.1 pg@8.23.1 reflect-metadata@0.2.2
import 'reflect-metadata';
import { DataSource, EntitySchema } from 'typeorm';

const User = new EntitySchema({ name: 'user', columns: { id: { type: Number, primary: true } } });
const source = new DataSource({ type: 'postgres', host: '127.0.0.1', port: 1, entities: [User] });
await source.initialize().catch((error) => console.log(error.code));
