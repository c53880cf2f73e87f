// Copyright (c) Unpod
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-testing/statecheck"

	"github.com/unpod-ai/terraform-provider-unpod/internal/unpodtest"
)

// apiPath is at the end of base URLs in the platform's documentation.
const apiPath = "/api/v2/platform"

// platformRow is one documented behavior of the platform.
type platformRow struct {
	// set makes the local Unpod behave like that.
	set func(*unpodtest.Settings)
	// empty is set if the organization has no configurations.
	empty bool
	// answers replace the local Unpod's first responses.
	answers []http.HandlerFunc
	// variables are set in addition to the credentials.
	variables map[string]string
	// want checks the state.
	want []statecheck.StateCheck
	// summary is that of the expected error, and said is part of its detail.
	summary, said string
}

// documented checks for the configurations from the API documentation.
var documented = lists(unpodtest.Documented()...)

// older checks for the same configurations on an older platform. The provider is a
// number there, and account_sid and created_at are missing.
var older = lists(unpodtest.Configuration{ID: 42, Provider: new("3")}, unpodtest.Configuration{ID: 43, Provider: new("4")})

var platformRows = map[string]platformRow{
	// Documented behavior.
	"200: configurations fetched":       {want: documented},
	"401: invalid or missing API token": {variables: map[string]string{"UNPOD_API_TOKEN": "another-token"}, summary: rejected, said: "Invalid token."},
	"403: invalid organization handle":  {variables: map[string]string{"UNPOD_ORG_HANDLE": "another"}, summary: denied, said: "Invalid organization handle."},
	"500: server-side error":            {answers: []http.HandlerFunc{unpodtest.Message(500, "Internal error.")}, summary: failedText, said: "Internal error."},
	"Authorization: a token as it is":   {variables: map[string]string{"UNPOD_API_TOKEN": "", "UNPOD_PLATFORM_TOKEN": "Token " + unpodtest.Token}, want: documented},

	// Behavior on the wire, from the platform's public code.
	"an empty list that a view returns bare": {set: func(s *unpodtest.Settings) { s.EmptyObject = true }, empty: true, want: lists()},
	"an application-level error, 206": {
		answers: []http.HandlerFunc{unpodtest.JSON(206, `{"status_code":206,"message":"Org-Handle header not found","data":{}}`)},
		summary: reported, said: "Org-Handle header not found",
	},
	"any error from 401 up": {answers: []http.HandlerFunc{unpodtest.Message(402, "Payment required.")}, summary: reported, said: "Payment required."},
	"a 400": {
		answers: []http.HandlerFunc{unpodtest.FieldErrors(400, "Invalid input.", map[string][]string{"page": {"A valid integer is required."}})},
		summary: reported, said: "Invalid input. page: A valid integer is required.",
	},
	"a throttled call": {answers: []http.HandlerFunc{unpodtest.Throttled("86400")}, summary: throttledText, said: "Expected available in 86400 seconds."},
	"an unhandled server error, or a proxy's": {
		answers: []http.HandlerFunc{unpodtest.HTML(500, "<h1>Server Error (500)</h1>")}, summary: failedText, said: `a body of type "text/html" and no message`,
	},
	"the path without its last slash": {answers: []http.HandlerFunc{unpodtest.Redirect(301, unpodtest.Path)}, summary: redirected, said: "a redirect to"},
	"the platform's paginator":        {set: func(s *unpodtest.Settings) { s.Pages = true }, want: documented},

	// Variants in the platform's other public documentation.
	"an error's body, newer": {
		answers: []http.HandlerFunc{unpodtest.ErrorObject(429, "rate_limit_exceeded", "Rate limit exceeded. Please try again in 60 seconds.")},
		summary: throttledText, said: `"Rate limit exceeded. Please try again in 60 seconds." ("rate_limit_exceeded")`,
	},
	"an error's body, plain DRF":       {answers: []http.HandlerFunc{unpodtest.Detail(404, "Not found.")}, summary: notFound, said: "Not found."},
	"a 400's body, plain DRF":          {answers: []http.HandlerFunc{unpodtest.PlainFieldErrors(400, map[string][]string{"field": {"This field is required."}})}, summary: reported, said: "field: This field is required."},
	"an error's body, error is a text": {answers: []http.HandlerFunc{unpodtest.ErrorText(400, "Bad request.")}, summary: reported, said: "Bad request."},
	"403: the token is expired":        {set: func(s *unpodtest.Settings) { s.TokenExpired = true }, summary: denied, said: "Token has expired."},
	"400: Org-Handle is required":      {answers: []http.HandlerFunc{unpodtest.OrgHandleRequired()}, summary: reported, said: "Org-Handle header is required."},
	"throttling, with X-RateLimit-Reset": {
		answers: []http.HandlerFunc{unpodtest.RateLimited(time.Now().Add(time.Hour))}, summary: throttledText, said: "The server asks to wait",
	},
	"an element, older": {set: func(s *unpodtest.Settings) { s.Older = true }, want: older},
}

// TestAccPlatform reads the list from a platform with each behavior.
func TestAccPlatform(t *testing.T) {
	t.Parallel()
	for name, row := range platformRows {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := documentedUnpod(t)
			if row.set != nil {
				server.Set(row.set)
			}
			if row.empty {
				server.SetConfigurations()
			}
			server.AnswerNext(row.answers...)
			test := cliTest{config: listConfig, checks: row.want}
			if row.summary != "" {
				test.wantError = regexp.MustCompile(words("Error: "+row.summary) + `(?s:.*)` + words(row.said))
			}
			testCLI(t, credentials(server, row.variables), test)
		})
	}
}

// TestAccPlatform_acceptsDocumentedBaseURLs covers the forms in the platform's
// documentation.
func TestAccPlatform_acceptsDocumentedBaseURLs(t *testing.T) {
	t.Parallel()
	server := documentedUnpod(t)
	prefixed := httptest.NewServer(http.StripPrefix("/voice", server.API))
	t.Cleanup(prefixed.Close)
	for name, variables := range map[string]map[string]string{
		"API path":                            {"UNPOD_BASE_URL": server.URL + apiPath},
		"API path and trailing slash":         {"UNPOD_BASE_URL": server.URL + apiPath + "/"},
		"SDK variable":                        {"UNPOD_BASE_URL": "https://unpod.invalid", "UNPOD_PLATFORM_BASE_URL": server.URL + apiPath},
		"prefix":                              {"UNPOD_BASE_URL": prefixed.URL + "/voice"},
		"prefix and trailing slash":           {"UNPOD_BASE_URL": prefixed.URL + "/voice/"},
		"prefix and API path":                 {"UNPOD_BASE_URL": prefixed.URL + "/voice" + apiPath},
		"prefix, API path and trailing slash": {"UNPOD_BASE_URL": prefixed.URL + "/voice" + apiPath + "/"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			testCLI(t, credentials(server, variables), cliTest{config: listConfig, checks: documented})
		})
	}
}

// TestAccPlatform_hidesSecretsOfOlderVersions checks that the API keys that older
// platforms return appear nowhere. It also filters by their provider numbers.
func TestAccPlatform_hidesSecretsOfOlderVersions(t *testing.T) {
	t.Parallel()
	server := startCanary(t)
	server.Set(func(settings *unpodtest.Settings) { settings.Older = true })
	workspace := workspace(t, `
data "unpod_telephony_provider_configurations" "test" { provider_slug = "3" }
data "unpod_telephony_provider_configuration" "test" { provider_slug = 4 }
output "found" { value = "${`+listAddress+`.ids[0]} and ${data.unpod_telephony_provider_configuration.test.id}" }
`)
	variables := credentials(server, map[string]string{
		"UNPOD_API_TOKEN": canary, "TF_LOG": "TRACE", "TF_LOG_PATH": filepath.Join(workspace.Dir, "trace.log"),
	})
	output := run(t, workspace, variables, "plan", "-out=plan.bin") + run(t, workspace, variables, "apply", "plan.bin")
	server.AnswerAlways(unpodtest.JSON(200, `{"data":[{"id":"`+unpodtest.APISecret+`","api_key":"`+unpodtest.APIKey+`","provider":{"api_secret":"`+unpodtest.APISecret+`"}}]}`))
	failed, err := workspace.Run(t.Context(), variables, "plan", "-no-color")
	if err == nil {
		t.Error("the plan did not fail on a malformed response")
	}
	if !strings.Contains(output, "found = \"42 and 43\"") {
		t.Errorf("want configurations 42 and 43 in:\n%s", output)
	}
	for _, secret := range []string{unpodtest.APIKey, unpodtest.APISecret} {
		wantHidden(t, output+failed, secret)
		searchFiles(t, workspace.Dir, secret, "terraform.tfstate")
	}
}

// TestAccPlatform_matchesNormalizedText checks that filters match text that the
// server sends in another Unicode normalization form.
func TestAccPlatform_matchesNormalizedText(t *testing.T) {
	t.Parallel()
	server := startUnpod(t, unpodtest.Configuration{ID: 1, Provider: new("cafe\u0301"), AccountSID: new("हिन्\u200dदी")})
	want := unpodtest.Configuration{ID: 1, Provider: new("caf\u00e9"), AccountSID: new("हिन्\u200dदी")}
	config := "data \"unpod_telephony_provider_configurations\" \"test\" { provider_slug = \"caf\u00e9\" }\n" +
		lookUp("provider_slug = \"cafe\u0301\"")
	testCLI(t, credentials(server, nil), cliTest{config: config, checks: append(lists(want), finds(want)...)})
}
