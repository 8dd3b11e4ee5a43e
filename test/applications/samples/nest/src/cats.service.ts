import { Injectable, OnApplicationShutdown } from '@nestjs/common';

@Injectable()
export class CatsService implements OnApplicationShutdown {
  private readonly cats: { name: string }[] = [{ name: 'Tom' }];

  all() {
    return this.cats;
  }

  add(cat: { name: string }) {
    return this.cats.push(cat);
  }

  onApplicationShutdown(signal?: string) {
    console.log(`the cats go home at ${signal}`);
  }
}
