// @prisma/client@7.10.0
import { Prisma } from '@prisma/client/extension';

console.log(typeof Prisma.defineExtension, Prisma.getExtensionContext({ a: 1 }));
