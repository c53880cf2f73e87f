// Copyright (c) Unpod
// SPDX-License-Identifier: MPL-2.0

package unpod

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
)

var errorMessageTests = map[string]struct {
	status     int
	body       string
	want, code string
}{
	"message":                     {403, `{"message":"No.","status_code":403}`, "No.", ""},
	"error.message and code":      {429, `{"error":{"code":"rate_limit_exceeded","message":"Slow down."}}`, "Slow down.", "rate_limit_exceeded"},
	"error.message alone":         {429, `{"error":{"message":"Slow down."}}`, "Slow down.", ""},
	"error.code alone":            {429, `{"error":{"code":"slow"}}`, "", "slow"},
	"placeholder Error":           {400, `{"status_code":400,"message":"Error","data":{"detail":"Missing 'Org-Handle' header."}}`, "Missing 'Org-Handle' header.", ""},
	"Error, with errors":          {400, `{"message":"Error","errors":{"org":["Unknown."]}}`, "org: Unknown.", ""},
	"Error alone":                 {400, `{"message":"Error"}`, "Error", ""},
	"error":                       {400, `{"error":"No."}`, "No.", ""},
	"detail":                      {404, `{"detail":"Not found."}`, "Not found.", ""},
	"detail is a list":            {403, `{"detail":["No.","Never."]}`, "No. Never.", ""},
	"message before detail":       {403, `{"detail":"Two.","message":"One."}`, "One.", ""},
	"empty message before detail": {403, `{"message":"","detail":"Two."}`, "Two.", ""},

	"errors beside a message":       {400, `{"status_code":400,"message":"Bad.","data":{"a":"b"},"errors":{"page":["Wrong."]}}`, "Bad. page: Wrong.", ""},
	"errors without a message":      {400, `{"status_code":400,"errors":{"page":["Wrong."],"org":["Unknown."]}}`, "org: Unknown. page: Wrong.", ""},
	"errors are a list":             {400, `{"errors":["One.","Two."]}`, "One. Two.", ""},
	"errors of another status":      {403, `{"message":"No.","errors":{"a":["b"]}}`, "No.", ""},
	"field errors":                  {400, `{"field":["This field is required."]}`, "field: This field is required.", ""},
	"field errors of a 403":         {403, `{"org":["You are not a member."]}`, "org: You are not a member.", ""},
	"bare text beside field errors": {400, `{"page":"Wrong.","org":["Unknown."]}`, "org: Unknown.", ""},
	"field errors, nested":          {400, `{"filter":{"slug":["Not a slug."]}}`, "filter: slug: Not a slug.", ""},
	"field errors of a list":        {400, `[{"phone":["Too long."]},{},{"n":["Required."]}]`, "phone: Too long. n: Required.", ""},
	"list":                          {400, `["One.","Two."]`, "One. Two.", ""},

	"an element with secrets":    {400, `{"id":1,"api_key":"sk_1","api_secret":"s","name":"n"}`, "", ""},
	"lists in data":              {400, `{"status_code":400,"data":{"numbers":["+14155550100"]}}`, "", ""},
	"secrets in data":            {400, `{"data":[{"api_key":"sk_1","api_secret":"s"}]}`, "", ""},
	"secrets in results":         {400, `{"results":[{"api_key":"sk_1","api_secret":"s"}]}`, "", ""},
	"secrets in a list":          {400, `[{"api_key":"sk_1","api_secret":"s"}]`, "", ""},
	"secrets in the message":     {400, `{"message":{"api_key":"sk_1"}}`, "", ""},
	"secrets in errors":          {400, `{"errors":[{"api_key":"sk_1"}]}`, "", ""},
	"secrets alone":              {206, `{"api_key":"sk_1","message":""}`, "", ""},
	"data":                       {400, `{"status_code":400,"data":[{"id":1,"account_sid":"AC"}]}`, "", ""},
	"empty body":                 {403, ``, "", ""},
	"web page":                   {403, `<h1>No</h1>`, "", ""},
	"truncated":                  {403, `{"message":"No.","data":{`, "No.", ""},
	"at the nesting limit":       {400, `{"errors":[[[["Deep."]]]]}`, "Deep.", ""},
	"over the nesting limit":     {400, `{"errors":[[[[["Deep."]]]]]}`, "", ""},
	"far over the nesting limit": {400, `{"errors":` + strings.Repeat("[", 100_000), "", ""},
	"duplicate field":            {403, `{"message":"One.","message":"Two."}`, "Two.", ""},
	"not UTF-8":                  {403, "{\"message\":\"Acc\xe8s\"}", "Acc\ufffds", ""},
}

// TestErrorMessage covers every form of error body in the platform's
// documentation, its code, and plain Django REST framework.
func TestErrorMessage(t *testing.T) {
	t.Parallel()
	for name, test := range errorMessageTests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got, code := errorMessage([]byte(test.body), test.status); got != test.want || code != test.code {
				t.Errorf("got %q and code %q, want %q and %q", got, code, test.want, test.code)
			}
		})
	}
}

// TestErrorMessage_limitsParts has a hundred fields with an error, and one more.
// Bare texts, which come first and are not shown, do not count.
func TestErrorMessage_limitsParts(t *testing.T) {
	t.Parallel()
	var fields, shown strings.Builder
	for i := range maxMessageParts {
		_, _ = fmt.Fprintf(&fields, `"a%03[1]d":"bare","f%03[1]d":["x"],`, i)
		_, _ = fmt.Fprintf(&shown, "f%03d: x ", i)
	}
	elements := strings.Repeat(`"a",`, maxMessageParts)
	for body, want := range map[string]string{
		`{"errors":{` + fields.String() + `"f999":["x"]}}`: strings.TrimSpace(shown.String()),
		`{"errors":[` + elements + `"b"]}`:                 strings.TrimSpace(strings.Repeat("a ", maxMessageParts)),
	} {
		if got, _ := errorMessage([]byte(body), http.StatusBadRequest); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}
