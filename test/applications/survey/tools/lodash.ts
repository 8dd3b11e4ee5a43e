// lodash@4.18.1 rxjs@7.8.2 uuid@14.0.3 nanoid@6.0.2
import lodash from 'lodash';
import { nanoid } from 'nanoid';
import { firstValueFrom, map, of } from 'rxjs';
import { v5 } from 'uuid';

console.log(
  lodash.chunk([1, 2, 3], 2),
  await firstValueFrom(of(1).pipe(map((x) => x + 1))),
  v5('x', v5.URL),
  nanoid().length,
);
