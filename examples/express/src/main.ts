import express from 'express';

const kelvinOf: Record<string, (value: number) => number> = {
  celsius: (value) => value + 273.15,
  fahrenheit: (value) => ((value - 32) * 5) / 9 + 273.15,
  kelvin: (value) => value,
};

const fromKelvin: Record<string, (kelvin: number) => number> = {
  celsius: (kelvin) => kelvin - 273.15,
  fahrenheit: (kelvin) => ((kelvin - 273.15) * 9) / 5 + 32,
  kelvin: (kelvin) => kelvin,
};

const app = express();

app.get('/', (_request, response) => {
  response.json({ units: Object.keys(kelvinOf), example: '/celsius/20/fahrenheit' });
});

app.get('/:from/:value/:to', ({ params: { from, value, to } }, response) => {
  const kelvin = kelvinOf[from]?.(Number(value));
  const converted = kelvin === undefined ? undefined : fromKelvin[to]?.(kelvin);
  if (converted === undefined || Number.isNaN(converted)) {
    response.status(400).json({ error: `Cannot convert ${value} from ${from} to ${to}` });
    return;
  }
  response.json({ [to]: Math.round(converted * 100) / 100 });
});

app.listen(Number(process.env.PORT ?? 3000), () => console.log('Ready to convert'));
