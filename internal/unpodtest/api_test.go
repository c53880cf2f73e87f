// Copyright (c) Unpod
// SPDX-License-Identifier: MPL-2.0

package unpodtest

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// These tests do not use the provider's client, so that the two cannot have the
// same mistake.

// ask sends a request with these credentials. It leaves out empty headers.
func ask(t *testing.T, api http.Handler, method, target, authorization, orgHandle, body string) *httptest.ResponseRecorder {
	t.Helper()
	request := httptest.NewRequestWithContext(t.Context(), method, target, strings.NewReader(body))
	for name, value := range map[string]string{"Authorization": authorization, "Org-Handle": orgHandle} {
		if value != "" {
			request.Header.Set(name, value)
		}
	}
	recorder := httptest.NewRecorder()
	api.ServeHTTP(recorder, request)
	return recorder
}

// list requests the list with valid credentials.
func list(t *testing.T, api http.Handler, query string) *httptest.ResponseRecorder {
	t.Helper()
	return ask(t, api, http.MethodGet, Path+query, valid, OrgHandle, "")
}

// summary returns the status, target and body of a response.
func summary(got *httptest.ResponseRecorder) string {
	return strings.Join(strings.Fields(strconv.Itoa(got.Code)+" "+got.Header().Get("Location")+" "+got.Body.String()), " ")
}

const (
	valid   = "Token " + Token
	fetched = `"message":"Provider configurations fetched successfully.","status_code":200}`
	listed  = `200 {"data":[` +
		`{"id":42,"provider":"twilio","account_sid":"ACxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx","created_at":"2026-02-07T10:00:00Z"},` +
		`{"id":43,"provider":"plivo","account_sid":"MAyyyyyyyyyyyyyyyyyyyyyyy","created_at":"2026-02-10T09:00:00Z"}],` + fetched
	notFound    = "404 <!doctype html><title>Not Found</title><h1>Not Found</h1>"
	noToken     = "Authentication credentials were not provided."
	connectPath = BridgesPath + "support-line/connect-provider/"
	elements    = `{"data":[{"active":true,"api_key":"` + APIKey + `","api_secret":"` + APISecret + `","base_url":null,"id":42,` +
		`"meta_json":[{"meta_key":"region","meta_value":"us"}],"name":"twilio","org_handle":"one","provider":3,"provider_details":` +
		`{"description":"A carrier","icon":"https://unpod.example/icon.png","id":3,"name":"twilio"},"sip_url":""}],` + fetched
)

var platformRows = map[string]struct {
	settings                               Settings
	method, path, authorization, orgHandle string
	want                                   string
}{
	"documented":           {Settings{}, "GET", Path, valid, OrgHandle, listed},
	"no token":             {Settings{}, "GET", Path, "", OrgHandle, `401 {"message":"` + noToken + `","status_code":401}`},
	"wrong token":          {Settings{}, "GET", Path, "Token x", OrgHandle, `401 {"message":"Invalid token.","status_code":401}`},
	"wrong prefix":         {Settings{}, "GET", Path, "Bearer " + Token, OrgHandle, `401 {"message":"Invalid token.","status_code":401}`},
	"no handle":            {Settings{}, "GET", Path, valid, "", `206 {"status_code":206,"message":"Org-Handle header not found","data":{}}`},
	"wrong handle":         {Settings{}, "GET", Path, valid, "x", `403 {"message":"Invalid organization handle.","status_code":403}`},
	"wrong method":         {Settings{}, "POST", Path, valid, OrgHandle, `405 {"message":"Method \"POST\" not allowed.","status_code":405}`},
	"no slash":             {Settings{}, "GET", strings.TrimSuffix(Path, "/"), "", "", "301 " + Path},
	"no slash, bridge":     {Settings{}, "POST", strings.TrimSuffix(connectPath, "/"), "", "", "301 " + connectPath},
	"wrong method, bridge": {Settings{}, "GET", connectPath, valid, OrgHandle, `405 {"message":"Method \"GET\" not allowed.","status_code":405}`},
	"path with a prefix":   {Settings{}, "GET", "/prefix" + Path, valid, OrgHandle, notFound},
	"path with more":       {Settings{}, "GET", connectPath + "x", valid, OrgHandle, notFound},
	"object":               {Settings{Errors: ObjectForm}, "GET", Path, "", "", `401 {"error":{"code":"not_authenticated","message":"` + noToken + `"}}`},
	"text":                 {Settings{Errors: TextForm}, "GET", Path, "", "", `401 {"error":"` + noToken + `"}`},
	"detail":               {Settings{Errors: DetailForm}, "GET", Path, "", "", `401 {"detail":"` + noToken + `"}`},
	"no handle, detail":    {Settings{Errors: DetailForm}, "GET", Path, valid, "", `400 {"detail":"Org-Handle header is required."}`},
	"no handle, public":    {Settings{PublicCode: true}, "GET", OtherPath, valid, "", `400 {"message":"Org-Handle header is required.","status_code":400}`},
	"expired":              {Settings{TokenExpired: true}, "GET", Path, valid, OrgHandle, `403 {"message":"Token has expired.","status_code":403}`},
	"expired, wrong token": {Settings{TokenExpired: true}, "GET", Path, "Token x", OrgHandle, `401 {"message":"Invalid token.","status_code":401}`},
	"empty":                {Settings{}, "GET", Path, valid, "none", `200 {"data":[],` + fetched},
	"any organization":     {Settings{AnyOrganization: true}, "GET", Path, valid, "x", listed},
	"another organization": {Settings{AnyOrganization: true}, "GET", Path, valid, "none", `200 {"data":[],` + fetched},
	"nulls":                {Settings{}, "GET", Path, valid, "null", `200 {"data":[{"id":1,"provider":null,"account_sid":null,"created_at":null}],` + fetched},
	"public":               {Settings{PublicCode: true}, "GET", OtherPath, valid, "one", "200 " + elements},
	"public, path":         {Settings{PublicCode: true}, "GET", Path, valid, "one", notFound},
	"other path":           {Settings{}, "GET", OtherPath, valid, OrgHandle, notFound},
	"public, paged":        {Settings{PublicCode: true, Pages: true}, "GET", OtherPath, valid, "one", `200 {"count":1,` + elements[1:]},
}

func TestPlatform(t *testing.T) {
	t.Parallel()
	for name, test := range platformRows {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			api := New(Token, OrgHandle, Documented()...)
			api.AddOrganization("none")
			api.AddOrganization("one", Documented()[0])
			api.AddOrganization("null", Configuration{ID: 1})
			api.Set(func(settings *Settings) { *settings = test.settings })
			if got := summary(ask(t, api, test.method, test.path, test.authorization, test.orgHandle, "")); got != test.want {
				t.Errorf("got %s\nwant %s", got, test.want)
			}
		})
	}
}

func TestPlatform_pages(t *testing.T) {
	t.Parallel()
	api := New(Token, OrgHandle, Many(250)...)
	api.Set(func(s *Settings) { s.Pages = true })
	for query, want := range map[string]struct{ first, length int }{
		"":                                     {1, 10},
		"?page=2":                              {11, 10},
		"?page=26":                             {0, 0},
		"?page=3&page_size=100":                {201, 50},
		"?page=2&page_size=1000":               {101, 100},
		"?page=0&page_size=0":                  {1, 10},
		"?page=x&page_size=-1":                 {1, 10},
		"?page=92233720368547760&page_size=99": {0, 0},
	} {
		var body struct {
			Count int             `json:"count"`
			Data  []Configuration `json:"data"`
		}
		if err := json.Unmarshal(list(t, api, query).Body.Bytes(), &body); err != nil {
			t.Fatal(err)
		}
		if body.Count != 250 || len(body.Data) != want.length || want.length > 0 && body.Data[0].ID != int64(want.first) {
			t.Errorf("%s: got count %d and %v, want %d from %d", query, body.Count, body.Data, want.length, want.first)
		}
	}
}

func TestAnswers_byHand(t *testing.T) {
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
		got = append(got, ask(t, api, http.MethodPost, "/elsewhere?page=2", "", "other", "text").Code)
	}
	if want := []int{418, 502, 503, 200, 429, 500, 500}; !reflect.DeepEqual(got, want) {
		t.Errorf("got statuses %v, want %v", got, want)
	}
	last := Request{"POST", "/elsewhere", map[string][]string{"page": {"2"}}, http.Header{"Org-Handle": {"other"}}, "text"}
	if requests := api.Requests(); len(requests) != 7 || !reflect.DeepEqual(requests[6], last) {
		t.Errorf("got requests %v, want 7 with %v at the end", requests, last)
	}
}

func TestRateLimit(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		api := New(Token, OrgHandle)
		api.Set(func(s *Settings) { s.RateLimit = RateLimit{Requests: 2, Window: time.Minute} })
		ask(t, api, http.MethodGet, Path, "", "", "") // Without a token, it does not count.
		for i, test := range []struct {
			after time.Duration
			want  int
		}{
			{0, 200}, {29500 * time.Millisecond, 200}, {0, 429}, {30500*time.Millisecond - 1, 429}, {1, 200}, {0, 200}, {0, 429},
		} {
			<-time.After(test.after)
			got := list(t, api, "")
			if got.Code != test.want {
				t.Errorf("request %d: got status %d, want %d", i, got.Code, test.want)
			}
			// The bubble's clock starts at midnight, January 1, 2000.
			if i == 2 && (got.Header().Get("Retry-After") != "31" || got.Header().Get("X-RateLimit-Reset") != "946684860" ||
				summary(got) != `429 {"message":"Request was throttled. Expected available in 31 seconds.","status_code":429}`) {
				t.Errorf("got %v and %s, want 31 seconds until the limit resets", got.Header(), got.Body)
			}
		}
	})
}
