// knex@3.3.0
import knex from 'knex';

console.log(knex({ client: 'pg' })('users').where({ id: 1 }).toString());
