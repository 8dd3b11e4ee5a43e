export async function GET(request: Request): Promise<Response> {
  const { searchParams } = new URL(request.url);
  return Response.json({ sum: Number(searchParams.get('a')) + Number(searchParams.get('b')) });
}
