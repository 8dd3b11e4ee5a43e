export default async function items(app) {
  app.get('/', async () => ['pen', 'ink']);
}
