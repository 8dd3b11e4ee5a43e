// ajv@8.20.0 ajv-formats@3.0.1
import { Ajv } from 'ajv';
import formats from 'ajv-formats';

const ajv = new Ajv();
(formats as any)(ajv);
console.log(ajv.validate({ type: 'string', format: 'email' }, 'x'), ajv.errorsText());
