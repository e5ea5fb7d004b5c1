// By hand for Go: graph-gophers/graphql-go on Go's own server, with pgx, and one statement for a list's owners or comments.
package main

import (
	"context"
	_ "embed"
	"flag"
	"fmt"
	"log"
	"net/http"
	"os"
	"strings"
	"sync"

	"github.com/golang-jwt/jwt"
	"github.com/graph-gophers/graphql-go"
	"github.com/graph-gophers/graphql-go/relay"
	"github.com/jackc/pgx/v4/pgxpool"
)

//go:embed by_hand.graphql
var schema string

const columns = "id, name, city, price::float8, stock, owner_id"

type person struct {
	Id   int32
	Name string
}

type comment struct {
	Id   int32
	Body string
}

// A product knows the list that it came with, whose owners and comments are read at once.
type product struct {
	Id      int32
	Name    string
	City    string
	Price   float64
	Stock   int32
	ownerId int32
	list    *list
}

type list struct {
	db       *pgxpool.Pool
	products []*product
	owners   batch[*person]
	comments batch[[]*comment]
}

// A batch is read when the first of a list's products asks for it.
type batch[T any] struct {
	once  sync.Once
	found map[int32]T
	err   error
}

func (b *batch[T]) get(id int32, read func() (map[int32]T, error)) (T, error) {
	b.once.Do(func() { b.found, b.err = read() })
	return b.found[id], b.err
}

func (p *product) Owner(ctx context.Context) (*person, error) {
	return p.list.owners.get(p.ownerId, func() (map[int32]*person, error) {
		ids := p.list.ids(func(one *product) int32 { return one.ownerId })
		rows, err := p.list.db.Query(ctx, "SELECT id, name FROM person WHERE id = ANY($1)", ids)
		if err != nil {
			return nil, err
		}
		defer rows.Close()
		found := map[int32]*person{}
		for rows.Next() {
			one := &person{}
			if err := rows.Scan(&one.Id, &one.Name); err != nil {
				return nil, err
			}
			found[one.Id] = one
		}
		return found, rows.Err()
	})
}

func (p *product) Comments(ctx context.Context) ([]*comment, error) {
	return p.list.comments.get(p.Id, func() (map[int32][]*comment, error) {
		ids := p.list.ids(func(one *product) int32 { return one.Id })
		rows, err := p.list.db.Query(
			ctx, "SELECT product_id, id, body FROM comment WHERE product_id = ANY($1) ORDER BY id", ids)
		if err != nil {
			return nil, err
		}
		defer rows.Close()
		found := map[int32][]*comment{}
		for rows.Next() {
			var product int32
			one := &comment{}
			if err := rows.Scan(&product, &one.Id, &one.Body); err != nil {
				return nil, err
			}
			found[product] = append(found[product], one)
		}
		return found, rows.Err()
	})
}

func (l *list) ids(of func(*product) int32) []int32 {
	ids := make([]int32, len(l.products))
	for place, one := range l.products {
		ids[place] = of(one)
	}
	return ids
}

type textFilter struct{ Eq *string }

type numberFilter struct{ Eq, Gte, Lte *float64 }

type productWhere struct {
	Name, City   *textFilter
	Price, Stock *numberFilter
}

type productSort struct{ Field, Order string }

type productInput struct {
	Name    string
	City    string
	Price   float64
	Stock   int32
	OwnerId int32
}

type resolver struct{ db *pgxpool.Pool }

func (r *resolver) Products(ctx context.Context, asked struct {
	Where *productWhere
	Sort  *[]productSort
	Limit int32
}) ([]*product, error) {
	where := &conditions{}
	if asked.Where != nil {
		where.text("name", asked.Where.Name)
		where.text("city", asked.Where.City)
		where.number("price", asked.Where.Price)
		where.number("stock", asked.Where.Stock)
	}
	values := append(where.values, asked.Limit)
	return r.products(ctx, fmt.Sprintf("SELECT %s FROM product WHERE true%s ORDER BY %sid LIMIT $%d",
		columns, where.sql.String(), order(asked.Sort), len(values)), values...)
}

func (r *resolver) Product(ctx context.Context, asked struct{ Id int32 }) (*product, error) {
	return r.first(ctx, "SELECT "+columns+" FROM product WHERE id = $1", asked.Id)
}

func (r *resolver) CreateProduct(ctx context.Context, asked struct{ Input productInput }) (*product, error) {
	given := asked.Input
	return r.first(ctx, "INSERT INTO product (name, city, price, stock, owner_id) VALUES ($1, $2, $3, $4, $5)"+
		" RETURNING "+columns, given.Name, given.City, given.Price, given.Stock, given.OwnerId)
}

func (r *resolver) first(ctx context.Context, sql string, values ...any) (*product, error) {
	found, err := r.products(ctx, sql, values...)
	if err != nil || len(found) == 0 {
		return nil, err
	}
	return found[0], nil
}

func (r *resolver) products(ctx context.Context, sql string, values ...any) ([]*product, error) {
	rows, err := r.db.Query(ctx, sql, values...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	found := &list{db: r.db}
	for rows.Next() {
		one := &product{list: found}
		if err := rows.Scan(&one.Id, &one.Name, &one.City, &one.Price, &one.Stock, &one.ownerId); err != nil {
			return nil, err
		}
		found.products = append(found.products, one)
	}
	return found.products, rows.Err()
}

// Conditions are the SQL of filters with the values of its parameters.
type conditions struct {
	sql    strings.Builder
	values []any
}

func (c *conditions) add(field, operator string, value any) {
	c.values = append(c.values, value)
	fmt.Fprintf(&c.sql, " AND %s %s $%d", field, operator, len(c.values))
}

func (c *conditions) text(field string, filter *textFilter) {
	if filter != nil && filter.Eq != nil {
		c.add(field, "=", *filter.Eq)
	}
}

func (c *conditions) number(field string, filter *numberFilter) {
	if filter == nil {
		return
	}
	if filter.Eq != nil {
		c.add(field, "=", *filter.Eq)
	}
	if filter.Gte != nil {
		c.add(field, ">=", *filter.Gte)
	}
	if filter.Lte != nil {
		c.add(field, "<=", *filter.Lte)
	}
}

func order(sort *[]productSort) string {
	var sql strings.Builder
	if sort != nil {
		for _, one := range *sort {
			fmt.Fprintf(&sql, "%s %s, ", one.Field, one.Order)
		}
	}
	return sql.String()
}

// Only who has a token of the role gets on.
func admitted(next http.Handler, key []byte) http.Handler {
	parser := jwt.NewParser(jwt.WithValidMethods([]string{"HS256"}))
	return http.HandlerFunc(func(answer http.ResponseWriter, request *http.Request) {
		claims := jwt.MapClaims{}
		token := strings.TrimPrefix(request.Header.Get("Authorization"), "Bearer ")
		_, err := parser.ParseWithClaims(token, claims, func(*jwt.Token) (any, error) { return key, nil })
		if err != nil || !claims.VerifyAudience("benchmark", true) || claims["role"] != "seller" {
			http.Error(answer, `{"errors": [{"message": "Unauthenticated"}]}`, http.StatusUnauthorized)
			return
		}
		next.ServeHTTP(answer, request)
	})
}

func main() {
	port := flag.Int("port", 0, "")
	flag.Parse()
	db, err := pgxpool.Connect(context.Background(), os.Getenv("DATABASE_URL")+"?pool_max_conns=10")
	if err != nil {
		log.Fatal(err)
	}
	served := graphql.MustParseSchema(schema, &resolver{db}, graphql.UseFieldResolvers())
	http.Handle("/graphql", admitted(&relay.Handler{Schema: served}, []byte(os.Getenv("PEER_SECRET"))))
	log.Fatal(http.ListenAndServe(fmt.Sprintf("127.0.0.1:%d", *port), nil))
}
