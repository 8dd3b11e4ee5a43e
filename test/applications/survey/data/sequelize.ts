// sequelize@6.37.8 pg@8.23.1 pg-hstore@2.3.4
import { Sequelize } from 'sequelize';

const sequelize = new Sequelize('postgres://127.0.0.1:1/x', { logging: false });
await sequelize.authenticate().catch((error) => console.log(error.name));
