import { Type } from 'class-transformer';
import { IsInt, Min } from 'class-validator';

export class FindCats {
  @Type(() => Number)
  @IsInt()
  @Min(0)
  maxAge = 99;
}
