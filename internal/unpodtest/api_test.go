// Copyright (c) Unpod
// SPDX-License-Identifier: MPL-2.0

package unpodtest

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"sync"
	"testing"
)

// These tests do not use the provider's client, so that the two cannot have the
// same mistake.

// ask sends a request with these headers and returns the response. It leaves out
// empty headers.
func ask(t *testing.T, api http.Handler, method, target, authorization, orgHandle string) *httptest.ResponseRecorder {
	t.Helper()
	request := httptest.NewRequestWithContext(t.Context(), method, target, http.NoBody)
	if authorization != "" {
		request.Header.Set("Authorization", authorization)
	}
	if orgHandle != "" {
		request.Header.Set("Org-Handle", orgHandle)
	}
	recorder := httptest.NewRecorder()
	api.ServeHTTP(recorder, request)
	return recorder
}

// list requests the list with valid credentials.
func list(t *testing.T, api http.Handler, query string) *httptest.ResponseRecorder {
	t.Helper()
	return ask(t, api, http.MethodGet, Path+query, "Token "+Token, OrgHandle)
}

// wantAnswer checks a status and a body. JSON bodies may differ in whitespace
// and field order.
func wantAnswer(t *testing.T, got *httptest.ResponseRecorder, wantStatus int, wantType, wantBody string) {
	t.Helper()
	if got.Code != wantStatus {
		t.Errorf("got status %d, want %d", got.Code, wantStatus)
	}
	if contentType := got.Header().Get("Content-Type"); contentType != wantType {
		t.Errorf("got content type %q, want %q", contentType, wantType)
	}
	body := got.Body.String()
	if wantType == "application/json" {
		body, wantBody = normalize(t, body), normalize(t, wantBody)
	}
	if body != wantBody {
		t.Errorf("got body %s\nwant %s", body, wantBody)
	}
}

func normalize(t *testing.T, body string) string {
	t.Helper()
	var value any
	if err := json.Unmarshal([]byte(body), &value); err != nil {
		t.Fatalf("%s: %s", err, body)
	}
	text, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

const documented = `{
  "status_code": 200,
  "message": "Provider configurations fetched successfully.",
  "data": [
    {"id": 42, "provider": "twilio", "account_sid": "ACxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx", "created_at": "2026-02-07T10:00:00Z"},
    {"id": 43, "provider": "plivo", "account_sid": "MAyyyyyyyyyyyyyyyyyyyyyyy", "created_at": "2026-02-10T09:00:00Z"}
  ]
}`

func TestPlatform(t *testing.T) {
	t.Parallel()
	const (
		html     = "text/html; charset=utf-8"
		notFound = "<!doctype html><title>Not Found</title><h1>Not Found</h1>"
		right    = "Token " + Token
	)
	for name, test := range map[string]struct {
		method, path, authorization, orgHandle string
		wantStatus                             int
		wantType, wantBody                     string
	}{
		"documented":               {"GET", Path, right, OrgHandle, 200, "application/json", documented},
		"no token":                 {"GET", Path, "", OrgHandle, 401, "application/json", `{"message":"Authentication credentials were not provided.","status_code":401}`},
		"wrong token":              {"GET", Path, "Token wrong", OrgHandle, 401, "application/json", `{"message":"Invalid token.","status_code":401}`},
		"token without prefix":     {"GET", Path, Token, OrgHandle, 401, "application/json", `{"message":"Invalid token.","status_code":401}`},
		"wrong prefix":             {"GET", Path, "Bearer " + Token, OrgHandle, 401, "application/json", `{"message":"Invalid token.","status_code":401}`},
		"no token or organization": {"GET", Path, "", "", 401, "application/json", `{"message":"Authentication credentials were not provided.","status_code":401}`},
		"no organization":          {"GET", Path, right, "", 206, "application/json", `{"status_code":206,"message":"Org-Handle header not found","data":{}}`},
		"wrong organization":       {"GET", Path, right, "wrong", 403, "application/json", `{"message":"Invalid organization handle.","status_code":403}`},
		"another method":           {"POST", Path, right, OrgHandle, 405, "application/json", `{"message":"Method \"POST\" not allowed.","status_code":405}`},
		"another path":             {"GET", "/api/v2/platform/", right, OrgHandle, 404, html, notFound},
		"path with a prefix":       {"GET", "/prefix" + Path, right, OrgHandle, 404, html, notFound},
		"root":                     {"GET", "/", "", "", 404, html, notFound},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			api := New(Token, OrgHandle, Documented()...)
			wantAnswer(t, ask(t, api, test.method, test.path, test.authorization, test.orgHandle), test.wantStatus, test.wantType, test.wantBody)
		})
	}
}

func TestPlatform_redirectsMissingSlash(t *testing.T) {
	t.Parallel()
	got := ask(t, New(Token, OrgHandle), http.MethodGet, strings.TrimSuffix(Path, "/"), "", "")
	if got.Code != http.StatusMovedPermanently || got.Header().Get("Location") != Path {
		t.Errorf("got status %d and location %q, want 301 and %q", got.Code, got.Header().Get("Location"), Path)
	}
}

func TestList_empty(t *testing.T) {
	t.Parallel()
	api := New(Token, OrgHandle)
	wantAnswer(t, list(t, api, ""), 200, "application/json",
		`{"status_code":200,"message":"Provider configurations fetched successfully.","data":[]}`)
	api.Set(func(s *Settings) { s.EmptyObject = true })
	wantAnswer(t, list(t, api, ""), 200, "application/json", `{"status_code":200,"message":"Success","data":{}}`)
	api.SetConfigurations(Documented()...)
	wantAnswer(t, list(t, api, ""), 200, "application/json", documented)
}

func TestList_nullAndEmptyFields(t *testing.T) {
	t.Parallel()
	api := New(Token, OrgHandle, Configuration{ID: 1}, Configuration{2, new(""), new(""), new("")})
	wantAnswer(t, list(t, api, ""), 200, "application/json", `{
		"status_code": 200,
		"message": "Provider configurations fetched successfully.",
		"data": [
			{"id": 1, "provider": null, "account_sid": null, "created_at": null},
			{"id": 2, "provider": "", "account_sid": "", "created_at": ""}
		]
	}`)
}

func TestList_pages(t *testing.T) {
	t.Parallel()
	var all []Configuration
	for id := range int64(250) {
		all = append(all, Configuration{ID: id})
	}
	api := New(Token, OrgHandle, all...)
	if ids, count := page250(t, api, ""); len(ids) != 250 || count != nil {
		t.Errorf("without pages: got %d elements and count %v, want 250 and none", len(ids), count)
	}
	api.Set(func(s *Settings) { s.Pages = true })
	for query, want := range map[string]struct{ first, length int }{
		"":                                     {0, 10},
		"?page=1":                              {0, 10},
		"?page=2":                              {10, 10},
		"?page=25":                             {240, 10},
		"?page=26":                             {250, 0},
		"?page_size=100":                       {0, 100},
		"?page=3&page_size=100":                {200, 50},
		"?page=4&page_size=100":                {300, 0},
		"?page_size=1000":                      {0, 100},
		"?page=2&page_size=1000":               {100, 100},
		"?page=2&page_size=7":                  {7, 7},
		"?page=0&page_size=0":                  {0, 10},
		"?page=-1&page_size=-1":                {0, 10},
		"?page=x&page_size=y":                  {0, 10},
		"?page=9223372036854775807":            {0, 0},
		"?page=92233720368547760&page_size=99": {0, 0},
	} {
		ids, count := page250(t, api, query)
		if count == nil || *count != 250 {
			t.Errorf("%s: got count %v, want 250", query, count)
		}
		if len(ids) != want.length || (len(ids) > 0 && ids[0] != int64(want.first)) {
			t.Errorf("%s: got IDs %v, want %d from %d", query, ids, want.length, want.first)
		}
	}
}

// page250 returns the IDs and the count of one response.
func page250(t *testing.T, api http.Handler, query string) (ids []int64, count *int) {
	t.Helper()
	var body struct {
		Count *int            `json:"count"`
		Data  []Configuration `json:"data"`
	}
	if err := json.Unmarshal(list(t, api, query).Body.Bytes(), &body); err != nil {
		t.Fatal(err)
	}
	for _, configuration := range body.Data {
		ids = append(ids, configuration.ID)
	}
	return ids, body.Count
}

func TestRequests(t *testing.T) {
	t.Parallel()
	api := New(Token, OrgHandle)
	if got := api.Requests(); len(got) != 0 {
		t.Errorf("got %d requests before the first one, want none", len(got))
	}
	list(t, api, "?page=2")
	before := api.Requests()
	ask(t, api, http.MethodPost, "/elsewhere", "", "other")
	if len(before) != 1 {
		t.Errorf("got %d requests, want the earlier result to stay at 1", len(before))
	}
	want := []Request{
		{"GET", Path, map[string][]string{"page": {"2"}}, http.Header{"Authorization": {"Token " + Token}, "Org-Handle": {OrgHandle}}, "", "192.0.2.1:1234", "HTTP/1.1"},
		{"POST", "/elsewhere", map[string][]string{}, http.Header{"Org-Handle": {"other"}}, "", "192.0.2.1:1234", "HTTP/1.1"},
	}
	if got := api.Requests(); !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestAnswerNext_comesBeforeAnswerAlways(t *testing.T) {
	t.Parallel()
	api := New(Token, OrgHandle, Documented()...)
	api.AnswerNext(JSON(418, "{}"))
	api.AnswerNext(HTML(502, ""), JSON(503, "{}"))
	var got []int
	for range 4 {
		got = append(got, list(t, api, "").Code)
	}
	api.AnswerAlways(JSON(500, "{}"))
	api.AnswerNext(JSON(429, "{}"))
	for range 3 {
		got = append(got, list(t, api, "").Code)
	}
	api.AnswerAlways(nil)
	got = append(got, list(t, api, "").Code)
	if want := []int{418, 502, 503, 200, 429, 500, 500, 200}; !reflect.DeepEqual(got, want) {
		t.Errorf("got statuses %v, want %v", got, want)
	}
	if len(api.Requests()) != 8 {
		t.Errorf("got %d requests, want 8, including those with a set response", len(api.Requests()))
	}
}

// TestAPI_concurrentUse is meant for the race detector.
func TestAPI_concurrentUse(t *testing.T) {
	t.Parallel()
	api := New(Token, OrgHandle, Documented()...)
	var users sync.WaitGroup
	for range 20 {
		users.Go(func() {
			api.AnswerNext(JSON(http.StatusTeapot, "{}"))
			api.SetConfigurations(Documented()...)
			api.Set(func(s *Settings) { s.EmptyObject = true })
			api.Set(func(s *Settings) { s.Pages = true })
			api.AnswerAlways(nil)
			list(t, api, "")
			api.Requests()
		})
	}
	users.Wait()
	if got := len(api.Requests()); got != 20 {
		t.Errorf("got %d requests, want 20", got)
	}
}

// TestDocumented_returnsCopies checks that a test cannot change the
// configurations of another.
func TestDocumented_returnsCopies(t *testing.T) {
	t.Parallel()
	*Documented()[0].Provider = "changed"
	if got := *Documented()[0].Provider; got != "twilio" {
		t.Errorf("got provider %q, want twilio", got)
	}
}
