// date-fns@4.4.0 luxon@3.7.2 dayjs@1.11.23 moment@2.31.0
import { format } from 'date-fns';
import { de } from 'date-fns/locale';
import dayjs from 'dayjs';
import 'dayjs/locale/de.js';
import { DateTime } from 'luxon';
import moment from 'moment';

const at = new Date(0);
console.log(
  format(at, 'PPPP', { locale: de }),
  dayjs(at).locale('de').format('dddd'),
  DateTime.fromMillis(0).setLocale('de').weekdayLong,
);
console.log(moment(at).locale('de').format('dddd'));
