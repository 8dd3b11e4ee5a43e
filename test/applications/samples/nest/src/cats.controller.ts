import { Body, Controller, Get, NotFoundException, Param, ParseIntPipe, Post } from '@nestjs/common';
import { CatsService } from './cats.service';
import { CreateCat } from './create-cat';

@Controller('cats')
export class CatsController {
  constructor(private readonly cats: CatsService) {}

  @Get()
  all() {
    return this.cats.all();
  }

  @Get(':id')
  one(@Param('id', ParseIntPipe) id: number) {
    const cat = this.cats.all()[id];
    if (cat === undefined) throw new NotFoundException();
    return cat;
  }

  @Post()
  create(@Body() cat: CreateCat) {
    return { made: cat.constructor.name, count: this.cats.add(cat) };
  }
}
