import { Controller, Get, NotFoundException, Param, Query } from '@nestjs/common';
import { CatsService } from './cats.service';
import { FindCats } from './find-cats';

@Controller('cats')
export class CatsController {
  constructor(private readonly cats: CatsService) {}

  @Get()
  find(@Query() { maxAge }: FindCats) {
    return this.cats.upTo(maxAge);
  }

  @Get(':name')
  one(@Param('name') name: string) {
    const cat = this.cats.named(name);
    if (cat === undefined) throw new NotFoundException(`There is no cat ${name}`);
    return cat;
  }
}
