// Copyright (c) Unpod
// SPDX-License-Identifier: MPL-2.0

package unpod

import (
	"encoding/base64"
	"errors"
	"fmt"
	"math"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/unpod-ai/terraform-provider-unpod/internal/unpodtest"
)

const (
	notObject   = "is not an object"
	notList     = "is not an array"
	notString   = "is not a string"
	notInteger  = "is not a 64-bit integer"
	notJSON     = "is not valid JSON"
	notUnicode  = "contains invalid Unicode"
	missing     = "is missing"
	withoutID   = "has no id"
	repeated    = "has the same id as an earlier element"
	twice       = "appears twice"
	jsonContent = "application/json"
)

var (
	jsonBody = BodyType{MediaType: jsonContent}
	noBody   = BodyType{Empty: true}
)

var envelopeTests = map[string]struct {
	body    string
	wantIDs []int64
	wantErr error
}{
	"minimal":                  {body: `{"data":[]}`},
	"empty object":             {body: `{"status_code":200,"message":"Success","data":{}}`},
	"empty object, spread out": {body: "{\"data\" :\t{ \r\n} }"},
	"empty object, counted":    {body: `{"count":0,"data":{}}`},
	"whitespace around":        {body: " \r\n{\t\"data\" : \n[ { \"id\" : 1 } , {\"id\":2} ] } \n", wantIDs: []int64{1, 2}},
	"unknown fields":           {body: `{"more":{"data":1},"data":[{"id":1,"more":[{"id":"x"}]}],"errors":null}`, wantIDs: []int64{1}},
	"id in other cases":        {body: `{"data":[{"ID":2,"id":1,"Id":"x","PROVIDER":3}]}`, wantIDs: []int64{1}},
	"duplicate unknown fields": {body: `{"errors":1,"errors":2,"data":[{"id":1,"tags":{"a":1,"a":2},"tags":3}]}`, wantIDs: []int64{1}},
	"smallest and largest id":  {body: `{"data":[{"id":9223372036854775807},{"id":-9223372036854775808}]}`, wantIDs: []int64{math.MinInt64, math.MaxInt64}},
	"byte order mark":          {body: "\ufeff" + oneConfiguration, wantIDs: []int64{1}},
	"status code null":         {body: `{"status_code":null,"data":[{"id":1}]}`, wantIDs: []int64{1}},
	"message is not text":      {body: `{"message":{"a":1},"data":[{"id":1}]}`, wantIDs: []int64{1}},
	"fields null or missing":   {body: `{"data":[{"id":1,"provider":null,"account_sid":null,"created_at":null},{"id":2}]}`, wantIDs: []int64{1, 2}},

	"lone surrogate in an unknown field": {body: `{"more":"a\ud83d","data":[{"id":1,"name":"a\ud83d"},{"id":2,"a\udc00":["\ude00"]}]}`, wantIDs: []int64{1, 2}},
	"unknown field is not UTF-8":         {body: "{\"\xff\":\"\xe9\",\"data\":[{\"id\":1,\"na\xc3\":{\"\xe9\":\"\xff\"}}]}", wantIDs: []int64{1}},
	"replacement character":              {body: `{"data":[{"id":1,"provider":"\ufffd"}]}`, wantIDs: []int64{1}},
	"lone surrogate":                     {body: `{"data":[{"id":1,"provider":"a\ud83d"}]}`, wantErr: &ShapeError{"data[0].provider", notUnicode}},
	"lone surrogate, wrong half":         {body: `{"data":[{"id":1},{"id":2,"account_sid":"\ude00a"}]}`, wantErr: &ShapeError{"data[1].account_sid", notUnicode}},
	"truncated UTF-8":                    {body: "{\"data\":[{\"id\":1,\"created_at\":\"\xf0\x9f\x98\"}]}", wantErr: &ShapeError{"data[0].created_at", notUnicode}},
	"byte order mark twice":              {body: "\ufeff\ufeff" + oneConfiguration, wantErr: &NotJSONError{jsonBody}},
	"byte order mark alone":              {body: "\ufeff", wantErr: &NotJSONError{BodyType{true, jsonContent}}},

	"data in another case":     {body: `{"Data":[{"id":1}]}`, wantErr: &ShapeError{"data", missing}},
	"data missing":             {body: `{"status_code":200}`, wantErr: &ShapeError{"data", missing}},
	"data null":                {body: `{"data":null}`, wantErr: &ShapeError{"data", notList}},
	"data object with members": {body: `{"data":{"id":1}}`, wantErr: &ShapeError{"data", notList}},

	"id in another case only":           {body: `{"data":[{"ID":1}]}`, wantErr: &ShapeError{"data[0]", withoutID}},
	"duplicate id field":                {body: `{"data":[{"id":1},{"id":2,"id":3}]}`, wantErr: &ShapeError{"data[1].id", twice}},
	"duplicate id field, one escaped":   {body: `{"data":[{"id":1,"i\u0064":1}]}`, wantErr: &ShapeError{"data[0].id", twice}},
	"duplicate provider, null and text": {body: `{"data":[{"id":1,"provider":null,"provider":"a"}]}`, wantErr: &ShapeError{"data[0].provider", twice}},
	"duplicate data":                    {body: `{"data":[{"id":1}],"data":[]}`, wantErr: &ShapeError{"data", twice}},
	"duplicate count":                   {body: `{"count":2,"count":1,"data":[{"id":1}]}`, wantErr: &ShapeError{"count", twice}},
	"duplicate status code":             {body: `{"status_code":403,"status_code":200,"data":[{"id":1}]}`, wantErr: &ShapeError{"status_code", twice}},

	"element null":    {body: `{"data":[{"id":1},null]}`, wantErr: &ShapeError{"data[1]", withoutID}},
	"element number":  {body: `{"data":[{"id":1},2]}`, wantErr: &ShapeError{"data[1]", notObject}},
	"element empty":   {body: `{"data":[{}]}`, wantErr: &ShapeError{"data[0]", withoutID}},
	"id null":         {body: `{"data":[{"id":null}]}`, wantErr: &ShapeError{"data[0]", withoutID}},
	"id text":         {body: `{"data":[{"id":"1"}]}`, wantErr: &ShapeError{"data[0].id", notInteger}},
	"id list":         {body: `{"data":[{"id":[1]}]}`, wantErr: &ShapeError{"data[0].id", notInteger}},
	"id beyond int64": {body: `{"data":[{"id":9223372036854775808}]}`, wantErr: &ShapeError{"data[0].id", notInteger}},
	"repeated id":     {body: `{"data":[{"id":1},{"id":2},{"id":1}]}`, wantErr: &ShapeError{"data[2]", repeated}},

	"provider with a control character":      {body: `{"data":[{"id":1,"provider":"\u001b[2J"}]}`, wantErr: &ShapeError{"data[0].provider", "contains a control character (U+001B)"}},
	"account_sid with a line break":          {body: `{"data":[{"id":1},{"id":2,"account_sid":"AC\n"}]}`, wantErr: &ShapeError{"data[1].account_sid", "contains a line break (U+000A)"}},
	"created_at with an invisible character": {body: `{"data":[{"id":1,"created_at":"\u200b"}]}`, wantErr: &ShapeError{"data[0].created_at", "contains an invisible or text-direction character (U+200B)"}},

	"account_sid object": {body: `{"data":[{"id":1,"account_sid":{"sid":"AC"}}]}`, wantErr: &ShapeError{"data[0].account_sid", notString}},

	"count text": {body: `{"count":"1","data":[{"id":1}]}`, wantErr: &ShapeError{"count", notInteger}},

	"list":          {body: `[{"id":1}]`, wantErr: &ShapeError{"the body", notObject}},
	"text":          {body: `"data"`, wantErr: &ShapeError{"the body", notObject}},
	"null":          {body: `null`, wantErr: &ShapeError{"data", missing}},
	"empty":         {body: ``, wantErr: &NotJSONError{BodyType{true, jsonContent}}},
	"trailing text": {body: oneConfiguration + "x", wantErr: &ShapeError{"the body", notJSON}},
	"Latin-1":       {body: "{\"data\":[{\"id\":1,\"provider\":\"\xe9\"}]}", wantErr: &ShapeError{"data[0].provider", notUnicode}},
	"truncated":     {body: oneConfiguration[:len(oneConfiguration)-1], wantErr: &ShapeError{"the body", notJSON}},
	"not a number":  {body: `{"data":[{"id":NaN}]}`, wantErr: &ShapeError{"the body", notJSON}},

	"body says 403, and 200 in another case": {body: `{"status_code":403,"Status_Code":200,"message":"No.","data":[]}`, wantErr: &StatusError{HTTPStatus: 200, Status: 403, Message: "No.", BodyType: jsonBody}},
	"body says 403":                          {body: `{"status_code":403,"data":[{"id":1}]}`, wantErr: &StatusError{HTTPStatus: 200, Status: 403, BodyType: jsonBody}},
	"body says 0":                            {body: `{"status_code":0,"data":[]}`, wantErr: &StatusError{HTTPStatus: 200, Status: 0, BodyType: jsonBody}},
}

// TestEnvelope_acceptsOnlyLists pins which bodies are a list, and the complete
// error for all others, so that no error can show a value.
func TestEnvelope_acceptsOnlyLists(t *testing.T) {
	t.Parallel()
	for name, test := range envelopeTests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client := fakeClient(t, serve(unpodtest.JSON(http.StatusOK, test.body)), retries(4))
			wantOutcome(t, client, 1, test.wantErr, test.wantIDs...)
		})
	}
}

// TestResponse_statusAndType covers responses that are no list because of their
// status or their type. TestErrorMessage covers the forms of messages.
func TestResponse_statusAndType(t *testing.T) {
	t.Parallel()
	const page = "<!doctype html><title>Sign in</title>"
	ofType := func(contentType, body string) http.HandlerFunc {
		return unpodtest.Body(http.StatusOK, contentType, body)
	}
	notJSONType := func(mediaType string) error { return &NotJSONError{BodyType{MediaType: mediaType}} }
	for name, test := range map[string]struct {
		answer http.HandlerFunc
		want   error
	}{
		"206":                     {unpodtest.JSON(206, `{"status_code":206,"message":"Org-Handle header not found","data":{}}`), jsonStatus(206, "Org-Handle header not found")},
		"206 with a list":         {unpodtest.JSON(206, oneConfiguration), jsonStatus(206, "")},
		"201 with a list":         {unpodtest.JSON(201, oneConfiguration), jsonStatus(201, "")},
		"204":                     {func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) }, &StatusError{HTTPStatus: 204, Status: 204, BodyType: noBody}},
		"304":                     {func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNotModified) }, &StatusError{HTTPStatus: 304, Status: 304, BodyType: noBody}},
		"301 without location":    {unpodtest.HTML(301, ""), statusOf(301)},
		"201 with a location":     {unpodtest.Header("Location", "https://other.example/", unpodtest.JSON(201, oneConfiguration)), jsonStatus(201, "")},
		"410 with a location":     {unpodtest.Header("Location", "https://other.example/", unpodtest.JSON(410, `{}`)), jsonStatus(410, "")},
		"401":                     {unpodtest.JSON(401, `{"message":"Invalid token.","status_code":401}`), jsonStatus(401, "Invalid token.")},
		"401 whose body says 200": {unpodtest.JSON(401, oneConfiguration), jsonStatus(401, "")},
		"message in HTML":         {unpodtest.HTML(410, `<h1>Gone</h1>`), &StatusError{HTTPStatus: 410, Status: 410, BodyType: BodyType{MediaType: "text/html"}}},
		"message in text/html":    {unpodtest.HTML(404, `{"message":"No."}`), &StatusError{HTTPStatus: 404, Status: 404, Message: "No.", BodyType: BodyType{MediaType: "text/html"}}},
		"message after a BOM":     {unpodtest.JSON(403, "\ufeff"+`{"message":"No."}`), jsonStatus(403, "No.")},
		"message is sanitized":    {unpodtest.JSON(403, `{"message":"\u001b[31m`+canary+`\n."}`), jsonStatus(403, "[31m"+redacted+" .")},
		"code is sanitized":       {unpodtest.JSON(403, `{"error":{"code":"\u001b`+canary+`"}}`), &StatusError{HTTPStatus: 403, Status: 403, Code: redacted, BodyType: jsonBody}},
		"type is the token":       {unpodtest.Body(403, "text/"+canary, ""), &StatusError{HTTPStatus: 403, Status: 403, BodyType: BodyType{true, "text/" + redacted}}},
		"503 in the body":         {unpodtest.JSON(200, `{"status_code":503,"message":"Later.","data":[]}`), &StatusError{HTTPStatus: 200, Status: 503, Message: "Later.", BodyType: jsonBody}},

		"JSON with a charset":                     {ofType("application/json; charset=utf-8", oneConfiguration), nil},
		"JSON as text/html":                       {ofType("text/html", oneConfiguration), nil},
		"JSON without a type":                     {ofType("", oneConfiguration), nil},
		"HTML":                                    {ofType("text/html; charset=utf-8", page), notJSONType("text/html")},
		"HTML without a type":                     {ofType("", page), notJSONType("")},
		"HTML with an invalid type":               {ofType(";;;", page), notJSONType("")},
		"HTML with an invalid parameter":          {ofType("text/html; =", page), notJSONType("text/html")},
		"HTML with unsafe characters in the type": {ofType("text/\u202ehtml\u009b", page), notJSONType("")},
		"HTML as JSON":                            {ofType(jsonContent, page), notJSONType(jsonContent)},
		"HTML with a script":                      {ofType("text/html", "<script>"+strings.Repeat("{", 100)+"</script>"), notJSONType("text/html")},
		"empty body":                              {ofType("text/plain", ""), &NotJSONError{BodyType{true, "text/plain"}}},
		"truncated JSON":                          {ofType("text/html", oneConfiguration[:9]), &ShapeError{"the body", notJSON}},
		"long type":                               {ofType("text/"+strings.Repeat("a", 501), ""), &NotJSONError{BodyType{true, "text/" + strings.Repeat("a", 495) + "…"}}},
		"word instead of a type":                  {ofType("html", page), notJSONType("")},
		"prose instead of a type":                 {ofType("text/html. Run curl | sh", ""), &NotJSONError{BodyType{Empty: true}}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client := fakeClient(t, serve(test.answer), retries(4))
			wantOutcome(t, client, 1, test.want, 1)
		})
	}
}

// TestList_otherPath reads from platforms that do not have the documented path, or say
// that something else is missing.
func TestList_otherPath(t *testing.T) {
	t.Parallel()
	const otherPath = "/api/v2/platform/telephony/provider-configurations/"
	missing, failing, list := unpodtest.HTML(404, "<h1>Not Found"), unpodtest.HTML(500, ""), listOf("", 1)
	bothMissing := &StatusError{HTTPStatus: 404, Status: 404, BodyType: BodyType{MediaType: "text/html"}, MissingPath: unpodtest.Path}
	denied := jsonStatus(403, "No.")
	denied.MissingPath = unpodtest.Path
	unavailable := statusOf(500)
	unavailable.MissingPath = unpodtest.Path
	for name, test := range map[string]struct {
		first, second []http.HandlerFunc // responses for each path, in turn
		want          error
		attempts      int // at the last path, if there is an error
		requests      int
	}{
		"web page":          {[]http.HandlerFunc{missing}, []http.HandlerFunc{list}, nil, 0, 2},
		"no known field":    {[]http.HandlerFunc{unpodtest.JSON(404, `{"status_code":404,"path":"/"}`)}, []http.HandlerFunc{list}, nil, 0, 2},
		"empty":             {[]http.HandlerFunc{unpodtest.JSON(404, "")}, []http.HandlerFunc{list}, nil, 0, 2},
		"message":           {[]http.HandlerFunc{unpodtest.JSON(404, `{"message":"Organization not found."}`)}, nil, jsonStatus(404, "Organization not found."), 1, 1},
		"empty message":     {[]http.HandlerFunc{unpodtest.JSON(404, `{"message":""}`)}, nil, jsonStatus(404, ""), 1, 1},
		"invisible message": {[]http.HandlerFunc{unpodtest.JSON(404, `["\u200b"]`)}, nil, jsonStatus(404, ""), 1, 1},
		"error":             {[]http.HandlerFunc{unpodtest.JSON(404, `{"error":{"code":"c"}}`)}, nil, &StatusError{HTTPStatus: 404, Status: 404, Code: "c", BodyType: jsonBody}, 1, 1},
		"errors":            {[]http.HandlerFunc{unpodtest.JSON(404, `{"errors":null}`)}, nil, jsonStatus(404, ""), 1, 1},
		"detail":            {[]http.HandlerFunc{unpodtest.JSON(404, `{"detail":"Not found."}`)}, nil, jsonStatus(404, "Not found."), 1, 1},
		"another status":    {[]http.HandlerFunc{unpodtest.HTML(410, "")}, nil, statusOf(410), 1, 1},
		"404 in the body":   {[]http.HandlerFunc{unpodtest.JSON(200, `{"status_code":404}`)}, nil, &StatusError{HTTPStatus: 200, Status: 404, BodyType: jsonBody}, 1, 1},
		"on a page":         {[]http.HandlerFunc{listOf("2", 1), missing}, nil, &StatusError{HTTPStatus: 404, Status: 404, BodyType: BodyType{MediaType: "text/html"}}, 1, 2},
		"both missing":      {[]http.HandlerFunc{missing}, []http.HandlerFunc{missing}, bothMissing, 1, 2},
		"denied":            {[]http.HandlerFunc{missing}, []http.HandlerFunc{unpodtest.JSON(403, `{"message":"No."}`)}, denied, 1, 2},
		"separate attempts": {[]http.HandlerFunc{failing, failing, missing}, []http.HandlerFunc{failing, failing, list}, nil, 0, 6},
		"all attempts fail": {[]http.HandlerFunc{failing, missing}, []http.HandlerFunc{failing, failing, failing}, unavailable, 3, 5},
		"pages":             {[]http.HandlerFunc{missing}, []http.HandlerFunc{listOf("1"), listOf("1", 1)}, nil, 0, 3},
	} {
		bubble(t, name, func(t *testing.T) {
			var requests sentRequests
			last := ""
			first, second := inTurn(test.first...), inTurn(append(test.second, missing)...)
			client := fakeClient(t, requests.by(serve(func(w http.ResponseWriter, r *http.Request) {
				last = r.URL.Path
				if last == unpodtest.Path {
					first(w, r)
				} else {
					second(w, r)
				}
			})), retries(2))
			wantOutcome(t, client, test.attempts, test.want, 1)
			requests.wantRequests(t, test.requests)
			if (last == otherPath) != (test.second != nil) {
				t.Errorf("got the last request at %s", last)
			}
			if test.want != nil {
				_, err := client.ProviderConfigurations(t.Context())
				if failed, ok := errors.AsType[*CallError](err); !ok || failed.Path != last {
					t.Errorf("got error %v, want one about %s", err, last)
				}
			}
		})
	}
}

// TestList_rejectsOtherOrganization reads elements that do not belong to the
// organization that was asked for.
func TestList_rejectsOtherOrganization(t *testing.T) {
	t.Parallel()
	other := &ShapeError{"data[1].org_handle", OtherOrganization}
	for handle, want := range map[string]error{
		`"unpod"`: nil, `"UNPOD"`: nil, `null`: other, `"other"`: other, `"unpod2"`: other, `""`: other, `"un\u017fod"`: other, `"\ud800"`: other,
		`1`: &ShapeError{"data[1].org_handle", notString}, `{"a":"unpod"}`: &ShapeError{"data[1].org_handle", notString},
	} {
		body := `{"data":[{"id":1,"org_handle":"unpod"},{"id":2,"org_handle":` + handle + `}]}`
		wantOutcome(t, fakeClient(t, serve(unpodtest.JSON(http.StatusOK, body))), 1, want, 1, 2)
	}
	sk := func(o *Options) { o.OrgHandle = "sk" } // The Kelvin sign and the long s fold to these letters.
	for _, handle := range []string{"s\u212a", "\u017fk"} {
		body := `{"data":[{"id":1,"org_handle":"` + handle + `"}]}`
		wantFailure(t, fakeClient(t, serve(unpodtest.JSON(http.StatusOK, body)), sk), 1, &ShapeError{"data[0].org_handle", OtherOrganization})
	}
}

// TestList_doesNotMixElements reads elements that leave out fields. They must
// not get those of the element before.
func TestList_doesNotMixElements(t *testing.T) {
	t.Parallel()
	type agent struct {
		ID   int64  `json:"id"`
		Name string `json:"name"`
	}
	client := fakeClient(t, serve(unpodtest.JSON(http.StatusOK, `{"data":[{"id":1,"name":"a"},{"id":2}]}`)))
	agents := &flights[agent]{requester: client.requester(), endpoint: endpoint[agent]{"/agents/", "", func(a agent) int64 { return a.ID }}}
	got, err := agents.read(t.Context())
	if want := []agent{{1, "a"}, {2, ""}}; err != nil || !slices.Equal(got, want) {
		t.Errorf("got %v and error %v, want %v", got, err, want)
	}
}

// TestList_lengthIsLimited reads the longest list that is accepted, and a longer one.
func TestList_lengthIsLimited(t *testing.T) {
	t.Parallel()
	all := make([]int, maxElements+1)
	for i := range all {
		all[i] = i
	}
	if got := readList(t, fakeClient(t, serve(listOf("", all[1:]...)))); len(got) != 100_000 {
		t.Errorf("got %d elements, want 100,000", len(got))
	}
	wantFailure(t, fakeClient(t, serve(listOf("", all...))), 1, errTooManyElements)
}

// TestPages reads lists of the local Unpod, which has ten elements on a page.
func TestPages(t *testing.T) {
	t.Parallel()
	for n, requests := range map[int]int{0: 1, 9: 1, 10: 1, 11: 2, 100: 2, 101: 3, 200: 3, 250: 4} {
		t.Run(strconv.Itoa(n), func(t *testing.T) {
			t.Parallel()
			var all []unpodtest.Configuration
			var want []int64
			for i := range n {
				all = append(all, unpodtest.Configuration{ID: int64(n - i)})
				want = append(want, int64(i+1))
			}
			server := startAPI(t, all...)
			server.Set(func(s *unpodtest.Settings) { s.Pages = true })
			wantList(t, New(testOptions(t, server.URL)), want...)
			var queries []string
			for _, request := range server.Requests() {
				queries = append(queries, request.Query.Encode())
			}
			wantQueries := []string{""} // The first request has no page.
			for page := 1; page < requests; page++ {
				wantQueries = append(wantQueries, fmt.Sprintf("page=%d&page_size=100", page))
			}
			if !slices.Equal(queries, wantQueries) {
				t.Errorf("got queries %q, want %q", queries, wantQueries)
			}
		})
	}
}

type inOrder = []http.HandlerFunc

var pageTests = map[string]struct {
	pages        inOrder // the last one repeats
	wantIDs      []int64
	wantErr      error
	wantRequests int
}{
	"no count":                    {pages: inOrder{listOf("", 3, 1, 2)}, wantIDs: []int64{1, 2, 3}, wantRequests: 1},
	"count matches":               {pages: inOrder{listOf("2", 2, 1)}, wantIDs: []int64{1, 2}, wantRequests: 1},
	"count 0":                     {pages: inOrder{listOf("0", 1, 2)}, wantErr: &IncompleteError{2, 0}, wantRequests: 1},
	"count negative":              {pages: inOrder{listOf("-1", 1, 2)}, wantErr: &ShapeError{"count", "is negative"}, wantRequests: 1},
	"count negative, no elements": {pages: inOrder{listOf("-1")}, wantErr: &ShapeError{"count", "is negative"}, wantRequests: 1},
	"count too small":             {pages: inOrder{listOf("1", 1, 2)}, wantErr: &IncompleteError{2, 1}, wantRequests: 1},
	"count huge":                  {pages: inOrder{listOf("9223372036854775807", 1, 2)}, wantErr: &TooLargeError{"100000 elements"}, wantRequests: 1},
	"count beyond int64":          {pages: inOrder{listOf("9223372036854775808", 1)}, wantErr: &ShapeError{"count", "is not a 64-bit integer"}, wantRequests: 1},
	"page number ignored":         {pages: inOrder{listOf("4", 1, 2)}, wantErr: &IncompleteError{2, 4}, wantRequests: 3},
	"repeated page":               {pages: inOrder{listOf("6", 1), listOf("6", 1, 2), listOf("6", 3, 4), listOf("6", 1, 2)}, wantErr: &IncompleteError{4, 6}, wantRequests: 4},
	"overlapping pages":           {pages: inOrder{listOf("3", 1), listOf("3", 1, 2), listOf("3", 3, 2)}, wantIDs: []int64{1, 2, 3}, wantRequests: 3},
	"total grows":                 {pages: inOrder{listOf("4", 1), listOf("4", 1, 2), listOf("5", 3)}, wantErr: &IncompleteError{3, 4}, wantRequests: 3},
	"total shrinks":               {pages: inOrder{listOf("4", 1), listOf("4", 1, 2), listOf("3", 3)}, wantErr: &IncompleteError{3, 4}, wantRequests: 3},
	"total disappears":            {pages: inOrder{listOf("4", 1), listOf("4", 1, 2), listOf("", 3)}, wantErr: &IncompleteError{3, 4}, wantRequests: 3},
	"more than the total":         {pages: inOrder{listOf("2", 1), listOf("2", 1, 2, 3)}, wantErr: &IncompleteError{3, 2}, wantRequests: 2},
	"empty page too early":        {pages: inOrder{listOf("4", 1), listOf("4", 1, 2), listOf("4")}, wantErr: &IncompleteError{2, 4}, wantRequests: 3},
	"total over the limit":        {pages: inOrder{listOf("100001", 1)}, wantErr: &TooLargeError{"100000 elements"}, wantRequests: 1},
	"empty first page":            {pages: inOrder{listOf("4")}, wantErr: &IncompleteError{0, 4}, wantRequests: 2},
	"empty object too early":      {pages: inOrder{listOf("4", 1), listOf("4", 1), unpodtest.JSON(http.StatusOK, `{"count":4,"data":{}}`)}, wantErr: &IncompleteError{1, 4}, wantRequests: 3},
	"forbidden page":              {pages: inOrder{listOf("4", 1), listOf("4", 1, 2), unpodtest.JSON(http.StatusForbidden, `{"message":"No."}`)}, wantErr: jsonStatus(403, "No."), wantRequests: 3},
	"duplicate id in a page":      {pages: inOrder{listOf("4", 1), listOf("4", 1, 2, 2)}, wantErr: &ShapeError{"data[2]", "has the same id as an earlier element"}, wantRequests: 2},
}

func TestPages_inconsistent(t *testing.T) {
	t.Parallel()
	for name, test := range pageTests {
		bubble(t, name, func(t *testing.T) {
			var requests sentRequests
			defer wantTook(t, time.Now(), gatherTime) // The next page is requested at once.
			client := fakeClient(t, requests.by(serve(inTurn(test.pages...))))
			if test.wantErr == nil {
				wantList(t, client, test.wantIDs...)
			} else if last := wantFailure(t, client, 1, test.wantErr); last != requests.requestIDs[len(requests.requestIDs)-1] {
				t.Errorf("got request ID %s of %q, want that of the last page", last, requests.requestIDs)
			}
			requests.wantRequests(t, test.wantRequests)
		})
	}
}

// TestPages_areLimited reads from a server whose list never ends.
func TestPages_areLimited(t *testing.T) {
	t.Parallel()
	var requests sentRequests
	next := 0
	client := fakeClient(t, requests.by(serve(func(w http.ResponseWriter, r *http.Request) {
		next++
		listOf("100000", next)(w, r)
	})))
	wantFailure(t, client, 1, &TooLargeError{"1000 pages"})
	requests.wantRequests(t, 1+maxPages)
}

// TestList_rejectsToken reads from a server that returns the token in a field
// that goes into state.
func TestList_rejectsToken(t *testing.T) {
	t.Parallel()
	const secret = "canary-abcdefghijklmnop-e"
	data := func(element string) string { return `{"data":[` + element + `]}` }
	for name, test := range map[string]struct {
		token, body string
		want        error // nil if the list is accepted
	}{
		"provider":                  {canary, data(`{"id":1,"provider":"Token ` + canary + `"}`), &ShapeError{"data[0].provider", TokenReturned}},
		"account_sid":               {canary, data(`{"id":1,"account_sid":"` + strings.ToUpper(canary) + `"}`), &ShapeError{"data[0].account_sid", TokenReturned}},
		"created_at":                {canary, data(`{"id":1,"created_at":"` + url.QueryEscape(canary) + `"}`), &ShapeError{"data[0].created_at", TokenReturned}},
		"Base64":                    {canary, data(`{"id":1,"provider":"` + base64.StdEncoding.EncodeToString([]byte(canary)) + `"}`), &ShapeError{"data[0].provider", TokenReturned}},
		"escaped":                   {canary, data(`{"id":1,"provider":"\u0063` + canary[1:] + `"}`), &ShapeError{"data[0].provider", TokenReturned}},
		"before a combining mark":   {secret, data(`{"id":1,"provider":"` + secret + "\u0301" + `"}`), &ShapeError{"data[0].provider", TokenReturned}},
		"normalized, invisible":     {secret, data(`{"id":1,"provider":"` + strings.Replace(secret, "k", "\u212a\u034f", 1) + `"}`), &ShapeError{"data[0].provider", TokenReturned}},
		"invisible, combining mark": {secret, data(`{"id":1,"provider":"` + secret[:3] + "\u034f" + secret[3:] + "\u0301" + `"}`), &ShapeError{"data[0].provider", TokenReturned}},
		"digits, in the id":         {"9876543210", data(`{"id":98765432101}`), &ShapeError{"data[0].id", TokenReturned}},
		"digits, in the provider":   {"9876543210", data(`{"id":1,"provider":9876543210}`), &ShapeError{"data[0].provider", TokenReturned}},
		"digits, in the status":     {"9876543210", `{"status_code":9876543210,"data":[]}`, &ShapeError{"status_code", TokenReturned}},
		"digits, in the count":      {"9876543210", `{"count":9876543210,"data":[]}`, &ShapeError{"count", TokenReturned}},
		"almost the digits":         {"9876543210", data(`{"id":1,"provider":987654321}`), nil},
		"shortest that is detected": {"twilio12", data(`{"id":1,"provider":"my-twilio123"}`), &ShapeError{"data[0].provider", TokenReturned}},
		"too short":                 {"twilio1", data(`{"id":1,"provider":"my-twilio123"}`), nil},
		"digits, too short":         {"1234567", data(`{"id":1,"provider":12345678}`), nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			token, err := ParseToken(test.token)
			if err != nil {
				t.Fatal(err)
			}
			client := fakeClient(t, serve(unpodtest.JSON(http.StatusOK, test.body)), func(o *Options) { o.Token = token })
			wantOutcome(t, client, 1, test.want, 1)
		})
	}
}
