// Copyright (c) Unpod
// SPDX-License-Identifier: MPL-2.0

package unpod

import (
	"fmt"
	"strings"
	"testing"
)

var errorMessageTests = map[string]struct {
	body       string
	want, code string
}{
	"message":                     {`{"message":"No.","status_code":403}`, "No.", ""},
	"error.message and code":      {`{"error":{"code":"rate_limit_exceeded","message":"Slow down."}}`, "Slow down.", "rate_limit_exceeded"},
	"error.message alone":         {`{"error":{"message":"Slow down."}}`, "Slow down.", ""},
	"error.code alone":            {`{"error":{"code":"slow"}}`, "", "slow"},
	"placeholder Error":           {`{"status_code":400,"message":"Error","data":{"detail":"Missing 'Org-Handle' header."}}`, "Missing 'Org-Handle' header.", ""},
	"Error, with errors":          {`{"message":"Error","errors":{"org":["Unknown."]}}`, "org: Unknown.", ""},
	"Error alone":                 {`{"message":"Error"}`, "Error", ""},
	"error":                       {`{"error":"No."}`, "No.", ""},
	"detail":                      {`{"detail":"Not found."}`, "Not found.", ""},
	"detail is a list":            {`{"detail":["No.","Never."]}`, "No. Never.", ""},
	"message and detail":          {`{"detail":"Two.","message":"One."}`, "One. Two.", ""},
	"message and error":           {`{"message":"Unauthorized Access","error":"Expired Auth Token"}`, "Unauthorized Access: Expired Auth Token", ""},
	"message, error and errors":   {`{"message":"One!","error":"Two","errors":"Three"}`, "One! Two: Three", ""},
	"message in other words":      {`{"message":"Not found.","error":"not found","detail":"Not found."}`, "Not found.", ""},
	"message and error.message":   {`{"message":"No.","error":{"code":"c","message":"Really."}}`, "No. Really.", "c"},
	"message and errors, a text":  {`{"status_code":206,"message":"Bridges fetch failed","data":{"errors":"database timeout"},"errors":"database timeout"}`, "Bridges fetch failed: database timeout", ""},
	"empty message before detail": {`{"message":"","detail":"Two."}`, "Two.", ""},

	"errors beside a message":       {`{"status_code":400,"message":"Bad.","data":{"a":"b"},"errors":{"page":["Wrong."]}}`, "Bad. page: Wrong.", ""},
	"errors without a message":      {`{"status_code":400,"errors":{"page":["Wrong."],"org":["Unknown."]}}`, "org: Unknown. page: Wrong.", ""},
	"errors are a list":             {`{"errors":["One.","Two."]}`, "One. Two.", ""},
	"Error and fields":              {`{"message":"Error","org":["Unknown."]}`, "org: Unknown.", ""},
	"field errors":                  {`{"field":["This field is required."]}`, "field: This field is required.", ""},
	"field errors of a 403":         {`{"org":["You are not a member."]}`, "org: You are not a member.", ""},
	"bare text beside field errors": {`{"page":"Wrong.","org":["Unknown."]}`, "org: Unknown.", ""},
	"field errors, nested":          {`{"filter":{"slug":["Not a slug."]}}`, "filter: slug: Not a slug.", ""},
	"field errors of a list":        {`[{"phone":["Too long."]},{},{"n":["Required."]}]`, "phone: Too long. n: Required.", ""},
	"list":                          {`["One.","Two."]`, "One. Two.", ""},

	"an element with secrets":    {`{"id":1,"api_key":"sk_1","api_secret":"s","name":"n"}`, "", ""},
	"lists in data":              {`{"status_code":400,"data":{"numbers":["+14155550100"]}}`, "", ""},
	"secrets in data":            {`{"data":[{"api_key":"sk_1","api_secret":"s"}]}`, "", ""},
	"secrets in results":         {`{"results":[{"api_key":"sk_1","api_secret":"s"}]}`, "", ""},
	"secrets in a list":          {`[{"api_key":"sk_1","api_secret":"s"}]`, "", ""},
	"secrets in the message":     {`{"message":{"api_key":"sk_1"}}`, "", ""},
	"secrets in errors":          {`{"errors":[{"api_key":"sk_1"}]}`, "", ""},
	"secrets alone":              {`{"api_key":"sk_1","message":""}`, "", ""},
	"data":                       {`{"status_code":400,"data":[{"id":1,"account_sid":"AC"}]}`, "", ""},
	"empty body":                 {``, "", ""},
	"web page":                   {`<h1>No</h1>`, "", ""},
	"truncated":                  {`{"message":"No.","data":{`, "No.", ""},
	"at the nesting limit":       {`{"errors":[[[["Deep."]]]]}`, "Deep.", ""},
	"over the nesting limit":     {`{"errors":[[[[["Deep."]]]]]}`, "", ""},
	"far over the nesting limit": {`{"errors":` + strings.Repeat("[", 100_000), "", ""},
	"duplicate field":            {`{"message":"One.","message":"Two."}`, "Two.", ""},
	"not UTF-8":                  {"{\"message\":\"Acc\xe8s\"}", "Acc\ufffds", ""},
}

// TestErrorMessage covers every form of error body in the platform's
// documentation, its code, and plain Django REST framework.
func TestErrorMessage(t *testing.T) {
	t.Parallel()
	for name, test := range errorMessageTests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got, code := errorMessage([]byte(test.body)); got != test.want || code != test.code {
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
		if got, _ := errorMessage([]byte(body)); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}
