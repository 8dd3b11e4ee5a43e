export default async function root(app) {
  app.get('/', async () => ({ era: app.era() }));
}
