// newrelic@14.5.1
process.env.NEW_RELIC_ENABLED = 'false';
process.env.NEW_RELIC_LOG_ENABLED = 'false';
const { default: newrelic } = await import('newrelic');
console.log(newrelic.startWebTransaction('/x', () => 'ran'));
