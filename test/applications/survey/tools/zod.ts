// zod@4.6.7 joi@18.3.2 yup@1.7.1 valibot@1.5.0
import Joi from 'joi';
import * as v from 'valibot';
import * as yup from 'yup';
import { z } from 'zod';

console.log(z.email().safeParse('x').error?.message, Joi.string().email().validate('x').error?.message);
console.log(yup.string().email().isValidSync('x'), v.safeParse(v.pipe(v.string(), v.email()), 'x').success);
