// geoip-lite@2.0.3
import geoip from 'geoip-lite';

console.log(geoip.lookup('8.8.8.8')?.country);
