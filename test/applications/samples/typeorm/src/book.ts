import { Column, Entity, ManyToOne, PrimaryGeneratedColumn, Relation } from 'typeorm';
import { Author } from './author';

@Entity()
export class Book {
  @PrimaryGeneratedColumn()
  id: number;

  @Column()
  title: string;

  @Column()
  printed: Date;

  @ManyToOne(() => Author, (author) => author.books)
  author: Relation<Author>;
}
