// Copyright (c) Unpod
// SPDX-License-Identifier: MPL-2.0

package unpod

import (
	"fmt"
	"math"
	"net/http"
	"slices"
	"strings"
	"testing"

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

// nested wraps a text in nested JSON arrays.
func nested(levels int, text string) string {
	return strings.Repeat("[", levels) + text + strings.Repeat("]", levels)
}

// deep overflows the stack of a recursive parser.
var deep = nested(100_000, "")

var envelopeTests = map[string]struct {
	body    string
	wantIDs []int64
	wantErr error
}{
	"minimal":                  {body: `{"data":[]}`},
	"whitespace around":        {body: " \r\n{\t\"data\" : \n[ { \"id\" : 1 } , {\"id\":2} ] } \n", wantIDs: []int64{1, 2}},
	"unknown fields":           {body: `{"more":{"data":1},"data":[{"id":1,"more":[{"id":"x"}]}],"errors":null}`, wantIDs: []int64{1}},
	"id in other cases":        {body: `{"data":[{"ID":2,"id":1,"Id":"x","PROVIDER":3}]}`, wantIDs: []int64{1}},
	"duplicate unknown fields": {body: `{"errors":1,"errors":2,"data":[{"id":1,"tags":{"a":1,"a":2},"tags":3}]}`, wantIDs: []int64{1}},
	"id -0":                    {body: `{"data":[{"id":-0}]}`, wantIDs: []int64{0}},
	"escaped names":            {body: `{"d\u0061ta":[{"\u0069d":1}]}`, wantIDs: []int64{1}},
	"negative id":              {body: `{"data":[{"id":-7}]}`, wantIDs: []int64{-7}},
	"smallest and largest id":  {body: `{"data":[{"id":9223372036854775807},{"id":-9223372036854775808}]}`, wantIDs: []int64{math.MinInt64, math.MaxInt64}},
	"names in other cases":     {body: `{"data":[{"id":1}],"Data":[],"DATA":null,"Status_Code":403,"COUNT":5}`, wantIDs: []int64{1}},
	"byte order mark":          {body: "\ufeff" + oneConfiguration, wantIDs: []int64{1}},
	"status code null":         {body: `{"status_code":null,"data":[{"id":1}]}`, wantIDs: []int64{1}},
	"message is not text":      {body: `{"message":{"a":1},"data":[{"id":1}]}`, wantIDs: []int64{1}},
	"fields null or missing":   {body: `{"data":[{"id":1,"provider":null,"account_sid":null,"created_at":null},{"id":2}]}`, wantIDs: []int64{1, 2}},

	"lone surrogate in an unknown field": {body: `{"more":"a\ud83d","data":[{"id":1,"name":"a\ud83d"},{"id":2,"a\udc00":["\ude00"]}]}`, wantIDs: []int64{1, 2}},
	"unknown field is not UTF-8":         {body: "{\"\xff\":\"\xe9\",\"data\":[{\"id\":1,\"na\xc3\":{\"\xe9\":\"\xff\"}}]}", wantIDs: []int64{1}},
	"replacement character":              {body: `{"data":[{"id":1,"provider":"\ufffd"}]}`, wantIDs: []int64{1}},
	"lone surrogate":                     {body: `{"data":[{"id":1,"provider":"a\ud83d"}]}`, wantErr: &ShapeError{"data[0].provider", notUnicode}},
	"lone surrogate, wrong half":         {body: `{"data":[{"id":1},{"id":2,"account_sid":"\ude00a"}]}`, wantErr: &ShapeError{"data[1].account_sid", notUnicode}},
	"surrogates in the wrong order":      {body: `{"data":[{"id":1,"created_at":"\ude00\ud83d"}]}`, wantErr: &ShapeError{"data[0].created_at", notUnicode}},
	"truncated UTF-8":                    {body: "{\"data\":[{\"id\":1,\"created_at\":\"\xf0\x9f\x98\"}]}", wantErr: &ShapeError{"data[0].created_at", notUnicode}},
	"byte order mark twice":              {body: "\ufeff\ufeff" + oneConfiguration, wantErr: &NotJSONError{jsonBody}},
	"byte order mark alone":              {body: "\ufeff", wantErr: &NotJSONError{BodyType{true, jsonContent}}},

	"brackets in strings": {body: `{"data":[{"id":1,"a\\":"` + nested(100, `\"`) + `","\"[":"\\"}]}`, wantIDs: []int64{1}},

	"data in another case":     {body: `{"Data":[{"id":1}]}`, wantErr: &ShapeError{"data", missing}},
	"data missing":             {body: `{"status_code":200}`, wantErr: &ShapeError{"data", missing}},
	"data null":                {body: `{"data":null}`, wantErr: &ShapeError{"data", notList}},
	"data text":                {body: `{"data":"[]"}`, wantErr: &ShapeError{"data", notList}},
	"data number":              {body: `{"data":0}`, wantErr: &ShapeError{"data", notList}},
	"data false":               {body: `{"data":false}`, wantErr: &ShapeError{"data", notList}},
	"data object with members": {body: `{"data":{"id":1}}`, wantErr: &ShapeError{"data", notList}},
	"data object of objects":   {body: `{"data":{"":{}}}`, wantErr: &ShapeError{"data", notList}},

	"id in another case only":           {body: `{"data":[{"ID":1}]}`, wantErr: &ShapeError{"data[0]", withoutID}},
	"duplicate id field":                {body: `{"data":[{"id":1},{"id":2,"id":3}]}`, wantErr: &ShapeError{"data[1].id", twice}},
	"duplicate id field, one escaped":   {body: `{"data":[{"id":1,"i\u0064":1}]}`, wantErr: &ShapeError{"data[0].id", twice}},
	"duplicate provider, null and text": {body: `{"data":[{"id":1,"provider":null,"provider":"a"}]}`, wantErr: &ShapeError{"data[0].provider", twice}},
	"duplicate provider":                {body: `{"data":[{"id":1,"provider":"a","provider":"a"}]}`, wantErr: &ShapeError{"data[0].provider", twice}},
	"duplicate data":                    {body: `{"data":[{"id":1}],"data":[]}`, wantErr: &ShapeError{"data", twice}},
	"duplicate count":                   {body: `{"count":2,"count":1,"data":[{"id":1}]}`, wantErr: &ShapeError{"count", twice}},
	"duplicate status code":             {body: `{"status_code":403,"status_code":200,"data":[{"id":1}]}`, wantErr: &ShapeError{"status_code", twice}},

	"element null":                    {body: `{"data":[{"id":1},null]}`, wantErr: &ShapeError{"data[1]", withoutID}},
	"element number":                  {body: `{"data":[{"id":1},2]}`, wantErr: &ShapeError{"data[1]", notObject}},
	"element text":                    {body: `{"data":["x"]}`, wantErr: &ShapeError{"data[0]", notObject}},
	"element list":                    {body: `{"data":[[{"id":1}]]}`, wantErr: &ShapeError{"data[0]", notObject}},
	"element empty":                   {body: `{"data":[{}]}`, wantErr: &ShapeError{"data[0]", withoutID}},
	"id null":                         {body: `{"data":[{"id":null}]}`, wantErr: &ShapeError{"data[0]", withoutID}},
	"id text":                         {body: `{"data":[{"id":"1"}]}`, wantErr: &ShapeError{"data[0].id", notInteger}},
	"id true":                         {body: `{"data":[{"id":true}]}`, wantErr: &ShapeError{"data[0].id", notInteger}},
	"id list":                         {body: `{"data":[{"id":[1]}]}`, wantErr: &ShapeError{"data[0].id", notInteger}},
	"id fractional":                   {body: `{"data":[{"id":1.5}]}`, wantErr: &ShapeError{"data[0].id", notInteger}},
	"id with a decimal point":         {body: `{"data":[{"id":1.0}]}`, wantErr: &ShapeError{"data[0].id", notInteger}},
	"id with exponent":                {body: `{"data":[{"id":1e3}]}`, wantErr: &ShapeError{"data[0].id", notInteger}},
	"id beyond int64":                 {body: `{"data":[{"id":9223372036854775808}]}`, wantErr: &ShapeError{"data[0].id", notInteger}},
	"id below int64":                  {body: `{"data":[{"id":-9223372036854775809}]}`, wantErr: &ShapeError{"data[0].id", notInteger}},
	"id enormous":                     {body: `{"data":[{"id":1` + strings.Repeat("0", 10_000) + `}]}`, wantErr: &ShapeError{"data[0].id", notInteger}},
	"repeated id":                     {body: `{"data":[{"id":1},{"id":2},{"id":1}]}`, wantErr: &ShapeError{"data[2]", repeated}},
	"repeated id, different elements": {body: `{"data":[{"id":1,"provider":"a"},{"id":1,"provider":"b"}]}`, wantErr: &ShapeError{"data[1]", repeated}},

	"provider fractional": {body: `{"data":[{"id":1,"provider":2.5}]}`, wantErr: &ShapeError{"data[0].provider", notInteger}},
	"provider list":       {body: `{"data":[{"id":1,"provider":["twilio"]}]}`, wantErr: &ShapeError{"data[0].provider", notString}},
	"account_sid number":  {body: `{"data":[{"id":1},{"id":2,"account_sid":3}]}`, wantErr: &ShapeError{"data[1].account_sid", notString}},
	"account_sid object":  {body: `{"data":[{"id":1,"account_sid":{"sid":"AC"}}]}`, wantErr: &ShapeError{"data[0].account_sid", notString}},
	"created_at number":   {body: `{"data":[{"id":1,"created_at":1770458400}]}`, wantErr: &ShapeError{"data[0].created_at", notString}},
	"created_at false":    {body: `{"data":[{"id":1,"created_at":false}]}`, wantErr: &ShapeError{"data[0].created_at", notString}},

	"status code text":       {body: `{"status_code":"200","data":[]}`, wantErr: &ShapeError{"status_code", notInteger}},
	"status code fractional": {body: `{"status_code":200.5,"data":[]}`, wantErr: &ShapeError{"status_code", notInteger}},
	"status code list":       {body: `{"status_code":[200],"data":[]}`, wantErr: &ShapeError{"status_code", notInteger}},
	"count text":             {body: `{"count":"1","data":[{"id":1}]}`, wantErr: &ShapeError{"count", notInteger}},
	"count fractional":       {body: `{"count":1.5,"data":[{"id":1}]}`, wantErr: &ShapeError{"count", notInteger}},
	"count object":           {body: `{"count":{},"data":[{"id":1}]}`, wantErr: &ShapeError{"count", notInteger}},

	"list":               {body: `[{"id":1}]`, wantErr: &ShapeError{"the body", notObject}},
	"text":               {body: `"data"`, wantErr: &ShapeError{"the body", notObject}},
	"number":             {body: `200`, wantErr: &ShapeError{"the body", notObject}},
	"null":               {body: `null`, wantErr: &ShapeError{"data", missing}},
	"empty":              {body: ``, wantErr: &NotJSONError{BodyType{true, jsonContent}}},
	"only whitespace":    {body: " \n", wantErr: &NotJSONError{jsonBody}},
	"trailing text":      {body: oneConfiguration + "x", wantErr: &ShapeError{"the body", notJSON}},
	"Latin-1":            {body: "{\"data\":[{\"id\":1,\"provider\":\"\xe9\"}]}", wantErr: &ShapeError{"data[0].provider", notUnicode}},
	"two documents":      {body: oneConfiguration + oneConfiguration, wantErr: &ShapeError{"the body", notJSON}},
	"trailing zero byte": {body: oneConfiguration + "\x00", wantErr: &ShapeError{"the body", notJSON}},
	"truncated":          {body: oneConfiguration[:len(oneConfiguration)-1], wantErr: &ShapeError{"the body", notJSON}},
	"malformed element":  {body: `{"data":[{"id":1},{"id":}]}`, wantErr: &ShapeError{"the body", notJSON}},
	"trailing comma":     {body: `{"data":[{"id":1},]}`, wantErr: &ShapeError{"the body", notJSON}},
	"not a number":       {body: `{"data":[{"id":NaN}]}`, wantErr: &ShapeError{"the body", notJSON}},

	"body says 403, and 200 in another case": {
		body:    `{"status_code":403,"Status_Code":200,"message":"No.","data":[]}`,
		wantErr: &StatusError{HTTPStatus: 200, Status: 403, Message: "No.", BodyType: jsonBody},
	},
	"body says 403": {
		body:    `{"status_code":403,"message":"Invalid organization handle.","data":[{"id":1}]}`,
		wantErr: &StatusError{HTTPStatus: 200, Status: 403, Message: "Invalid organization handle.", BodyType: jsonBody},
	},
	"body says 206": {
		body:    `{"status_code":206,"message":"Org-Handle header not found","data":{}}`,
		wantErr: &StatusError{HTTPStatus: 200, Status: 206, Message: "Org-Handle header not found", BodyType: jsonBody},
	},
	"body says 0": {
		body:    `{"status_code":0,"data":[]}`,
		wantErr: &StatusError{HTTPStatus: 200, Status: 0, BodyType: jsonBody},
	},
}

// TestEnvelope_acceptsOnlyLists pins which bodies are a list, and the complete error for all
// others, so that no error can show a value.
func TestEnvelope_acceptsOnlyLists(t *testing.T) {
	t.Parallel()
	for name, test := range envelopeTests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client := fakeClient(t, serve(unpodtest.JSON(http.StatusOK, test.body)), retries(4))
			if test.wantErr == nil {
				wantIDs(t, read(t, client), test.wantIDs...)
				return
			}
			failed := wantFailure(t, client, test.wantErr)
			wantAttempts(t, failed, 1)
			if want := "GET " + unpodtest.Path + ": " + test.wantErr.Error(); failed.Error() != want {
				t.Errorf("got text %q, want %q", failed, want)
			}
		})
	}
}

var statusTests = map[string]struct {
	answer http.HandlerFunc
	want   StatusError
}{
	"206": {
		unpodtest.JSON(206, `{"status_code":206,"message":"Org-Handle header not found","data":{}}`),
		StatusError{HTTPStatus: 206, Status: 206, Message: "Org-Handle header not found", BodyType: jsonBody},
	},
	"206 with a list":                 {unpodtest.JSON(206, oneConfiguration), StatusError{HTTPStatus: 206, Status: 206, BodyType: jsonBody}},
	"201 with a list":                 {unpodtest.JSON(201, oneConfiguration), StatusError{HTTPStatus: 201, Status: 201, BodyType: jsonBody}},
	"204":                             {func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) }, StatusError{HTTPStatus: 204, Status: 204, BodyType: noBody}},
	"304":                             {func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNotModified) }, StatusError{HTTPStatus: 304, Status: 304, BodyType: noBody}},
	"301 without location":            {unpodtest.HTML(301, ""), StatusError{HTTPStatus: 301, Status: 301, BodyType: BodyType{true, "text/html"}}},
	"307 without location":            {unpodtest.HTML(307, ""), StatusError{HTTPStatus: 307, Status: 307, BodyType: BodyType{true, "text/html"}}},
	"401":                             {unpodtest.JSON(401, `{"message":"Invalid token.","status_code":401}`), StatusError{HTTPStatus: 401, Status: 401, Message: "Invalid token.", BodyType: jsonBody}},
	"400 with errors":                 {unpodtest.JSON(400, `{"status_code":400,"message":"Bad.","data":{"a":1},"errors":[]}`), StatusError{HTTPStatus: 400, Status: 400, Message: "Bad.", BodyType: jsonBody}},
	"401 whose body says 200":         {unpodtest.JSON(401, oneConfiguration), StatusError{HTTPStatus: 401, Status: 401, BodyType: jsonBody}},
	"message missing":                 {unpodtest.JSON(403, `{"status_code":403}`), StatusError{HTTPStatus: 403, Status: 403, BodyType: jsonBody}},
	"message null":                    {unpodtest.JSON(403, `{"message":null}`), StatusError{HTTPStatus: 403, Status: 403, BodyType: jsonBody}},
	"message number":                  {unpodtest.JSON(403, `{"message":1}`), StatusError{HTTPStatus: 403, Status: 403, BodyType: jsonBody}},
	"message nested too deep":         {unpodtest.JSON(403, `{"message":`+deep+`}`), StatusError{HTTPStatus: 403, Status: 403, BodyType: jsonBody}},
	"message in HTML":                 {unpodtest.HTML(404, `<h1>Not Found</h1>`), StatusError{HTTPStatus: 404, Status: 404, BodyType: BodyType{MediaType: "text/html"}}},
	"message in text/html":            {unpodtest.HTML(404, `{"message":"No."}`), StatusError{HTTPStatus: 404, Status: 404, Message: "No.", BodyType: BodyType{MediaType: "text/html"}}},
	"message escaped":                 {unpodtest.JSON(403, `{"message":"\u001b[31mNo\u0000\n."}`), StatusError{HTTPStatus: 403, Status: 403, Message: "[31mNo .", BodyType: jsonBody}},
	"message in Latin-1":              {unpodtest.JSON(403, "{\"message\":\"Acc\xe8s\"}"), StatusError{HTTPStatus: 403, Status: 403, Message: "Acc\ufffds", BodyType: jsonBody}},
	"message beside duplicate fields": {unpodtest.JSON(403, `{"a":1,"a":2,"message":"No."}`), StatusError{HTTPStatus: 403, Status: 403, Message: "No.", BodyType: jsonBody}},
	"message in a truncated body":     {unpodtest.JSON(403, `{"message":"No.","data":{`), StatusError{HTTPStatus: 403, Status: 403, Message: "No.", BodyType: jsonBody}},
	"no body":                         {unpodtest.Body(403, "", ""), StatusError{HTTPStatus: 403, Status: 403, BodyType: noBody}},
	"message is the token":            {unpodtest.JSON(403, `{"message":"`+canary+`"}`), StatusError{HTTPStatus: 403, Status: 403, Message: redacted, BodyType: jsonBody}},
	"type is the token":               {unpodtest.Body(403, "text/"+canary, ""), StatusError{HTTPStatus: 403, Status: 403, BodyType: BodyType{true, "text/" + redacted}}},
	"token escaped in JSON":           {unpodtest.JSON(403, `{"message":"\u0063`+canary[1:]+`"}`), StatusError{HTTPStatus: 403, Status: 403, Message: redacted, BodyType: jsonBody}},
}

func TestStatus(t *testing.T) {
	t.Parallel()
	for name, test := range statusTests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client := fakeClient(t, serve(test.answer), retries(4))
			failed := wantFailure(t, client, &test.want)
			wantAttempts(t, failed, 1)
			wantNoCanary(t, failed.Error())
		})
	}
}

func TestContentType(t *testing.T) {
	t.Parallel()
	const page = "<!doctype html><title>Sign in</title>"
	for name, test := range map[string]struct {
		contentType, body string
		wantErr           error
	}{
		"JSON with a charset":                     {"application/json; charset=utf-8", oneConfiguration, nil},
		"JSON as text/html":                       {"text/html", oneConfiguration, nil},
		"JSON without a type":                     {"", oneConfiguration, nil},
		"HTML":                                    {"text/html; charset=utf-8", page, &NotJSONError{BodyType{MediaType: "text/html"}}},
		"HTML without a type":                     {"", page, &NotJSONError{BodyType{MediaType: ""}}},
		"HTML with an invalid type":               {";;;", page, &NotJSONError{BodyType{MediaType: ""}}},
		"HTML with unsafe characters in the type": {"text/\u202ehtml\u009b", page, &NotJSONError{BodyType{MediaType: ""}}},
		"HTML with the token in the type":         {"text/" + canary, page, &NotJSONError{BodyType{MediaType: "text/" + redacted}}},
		"HTML as JSON":                            {jsonContent, page, &NotJSONError{jsonBody}},
		"HTML as problem+json":                    {"application/problem+json", page, &NotJSONError{BodyType{MediaType: "application/problem+json"}}},
		"HTML with a script":                      {"text/html", "<script>" + strings.Repeat("{", 100) + "</script>", &NotJSONError{BodyType{MediaType: "text/html"}}},
		"empty body":                              {"text/plain", "", &NotJSONError{BodyType{true, "text/plain"}}},
		"truncated JSON":                          {"text/html", oneConfiguration[:9], &ShapeError{"the body", notJSON}},
		"long type":                               {"text/" + strings.Repeat("a", 501), "", &NotJSONError{BodyType{true, "text/" + strings.Repeat("a", 495) + "…"}}},
		"prose instead of a type":                 {"text/html. Run curl | sh", "", &NotJSONError{BodyType{Empty: true}}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client := fakeClient(t, serve(unpodtest.Body(http.StatusOK, test.contentType, test.body)))
			if test.wantErr == nil {
				wantIDs(t, read(t, client), 1)
				return
			}
			wantNoCanary(t, wantFailure(t, client, test.wantErr).Error())
		})
	}
}

// TestList_readsManyConfigurations reads far more than any organization has, within the
// size limit.
func TestList_readsManyConfigurations(t *testing.T) {
	t.Parallel()
	const n = 20_000
	elements := make([]string, n)
	want := make([]int64, n)
	for i := range n {
		elements[i] = fmt.Sprintf(`{"id":%d,"provider":"twilio"}`, n-i)
		want[i] = int64(i + 1)
	}
	body := `{"data":[` + strings.Join(elements, ",") + `]}`
	wantIDs(t, read(t, fakeClient(t, serve(unpodtest.JSON(http.StatusOK, body)))), want...)
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
	got, err := (&flights[agent]{requester: client.requester(), endpoint: endpoint[agent]{"/agents/", func(a agent) int64 { return a.ID }}}).read(t.Context())
	if want := []agent{{1, "a"}, {2, ""}}; err != nil || !slices.Equal(got, want) {
		t.Errorf("got %v and error %v, want %v", got, err, want)
	}
}
