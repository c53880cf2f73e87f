// Copyright (c) Unpod
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"fmt"
	"math/big"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/unpod-ai/terraform-provider-unpod/internal/unpodtest"
)

// argumentCase is a local Unpod, and two values of an argument. Reads only succeed
// with the right one.
type argumentCase struct {
	baseURL      string
	right, wrong string
}

var argumentCases = map[string]func(*testing.T) argumentCase{
	"api_token": func(t *testing.T) argumentCase {
		t.Helper()
		return argumentCase{documentedUnpod(t).URL, unpodtest.Token, "another-token"}
	},
	"org_handle": func(t *testing.T) argumentCase {
		t.Helper()
		return argumentCase{documentedUnpod(t).URL, unpodtest.OrgHandle, "another-organization"}
	},
	"base_url": func(t *testing.T) argumentCase {
		t.Helper()
		other := startUnpod(t)
		other.AnswerAlways(unpodtest.HTML(http.StatusNotFound, ""))
		return argumentCase{"", documentedUnpod(t).URL, other.URL}
	},
	"request_timeout": func(t *testing.T) argumentCase {
		t.Helper()
		return argumentCase{documentedUnpod(t).URL, "1m", "1ns"}
	},
	"max_retries": func(t *testing.T) argumentCase {
		t.Helper()
		server := documentedUnpod(t)
		server.AnswerNext(unpodtest.HTML(http.StatusBadGateway, ""))
		return argumentCase{server.URL, "1", "0"}
	},
	"ca_cert_pem": func(t *testing.T) argumentCase {
		t.Helper()
		server := startTLSUnpod(t, unpodtest.Documented()...)
		return argumentCase{server.URL, server.CACertPEM, unpodtest.CertificatePEM(unpodtest.NewCertificate(t))}
	},
}

// TestArguments_precedence sets each argument to the right value in one source and
// to the wrong value in all sources of lower precedence, and vice versa. Reads only
// succeed if the right value is used.
func TestArguments_precedence(t *testing.T) {
	t.Parallel()
	for _, argument := range arguments {
		for first := range len(argument.variables) + 1 {
			source := "provider block"
			if first > 0 {
				source = argument.variables[first-1]
			}
			t.Run(argument.name+"/"+source, func(t *testing.T) {
				t.Parallel()
				test := argumentCases[argument.name](t)
				if diags := readWith(t, argument, first, test.baseURL, test.right, test.wrong); len(diags) != 0 {
					t.Errorf("got %s: %s", diags[0].Summary, diags[0].Detail)
				}
			})
			t.Run(argument.name+"/"+source+"/wrong", func(t *testing.T) {
				t.Parallel()
				test := argumentCases[argument.name](t)
				diags := readWith(t, argument, first, test.baseURL, test.wrong, test.right)
				if len(diags) != 1 || !strings.Contains(diags[0].Summary, "Unpod") {
					t.Errorf("got %v, want one error from reading Unpod", diags)
				}
			})
		}
	}
}

// readWith reads the list with an argument that has one value in its first source
// and another in the sources after it. Source 0 is the provider block. The
// variables follow. Sources before the first are null or empty.
func readWith(t *testing.T, argument argument, first int, baseURL, value, later string) []*tfprotov6.Diagnostic {
	t.Helper()
	variables := map[string]string{
		"UNPOD_API_TOKEN": unpodtest.Token, "UNPOD_ORG_HANDLE": unpodtest.OrgHandle, "UNPOD_BASE_URL": baseURL, "UNPOD_MAX_RETRIES": "0",
	}
	for i, variable := range argument.variables {
		switch {
		case i+1 < first:
			variables[variable] = ""
		case i+1 == first:
			variables[variable] = value
		default:
			variables[variable] = later
		}
	}
	set := map[string]tftypes.Value{}
	switch number, err := strconv.ParseFloat(value, 64); {
	case first > 0:
	case argument.name == "max_retries" && err == nil:
		set[argument.name] = tftypes.NewValue(tftypes.Number, number)
	default:
		set[argument.name] = tftypes.NewValue(tftypes.String, value)
	}
	server := withVariables(variables)
	resp, err := server.ConfigureProvider(t.Context(), &tfprotov6.ConfigureProviderRequest{Config: providerConfig(t, set)})
	if err != nil {
		t.Fatal(err)
	}
	if len(resp.Diagnostics) != 0 {
		return resp.Diagnostics
	}
	read, err := server.ReadDataSource(t.Context(), listRequest(t))
	if err != nil {
		t.Fatal(err)
	}
	return read.Diagnostics
}

// invalidArguments has an invalid value of each argument, and the reason.
var invalidArguments = map[string]struct{ value, why string }{
	"api_token":       {"Bearer canary-secret", "must contain only the token: letters, digits, and the characters - . _ ~ + / (= is allowed only at the end)."},
	"org_handle":      {"two words", "must contain only visible ASCII characters, without spaces, quotes or backslashes."},
	"base_url":        {"https://somebody:canary-secret@unpod.dev", "must not contain a user name or password."},
	"request_timeout": {"30", `must be a positive duration such as "30s" or "1m30s".`},
	"max_retries":     {"11", "must be a whole number from 0 to 10."},
	"ca_cert_pem":     {"/etc/ssl/ca.pem", `must contain PEM-encoded certificates, not the path of a file. In a configuration, use file("ca.pem").`},
}

// invalid returns the diagnostic for an argument's invalid value.
func invalid(name, source string) diagnostic {
	return diagnostic{"Invalid " + name, name + " (" + source + ") " + invalidArguments[name].why}
}

// TestAccArguments_reportInvalidValues checks that all invalid values are reported
// together. In the block, api_token is left out, because only reads report it.
func TestAccArguments_reportInvalidValues(t *testing.T) {
	t.Parallel()
	var block, environment []diagnostic
	var config strings.Builder
	config.WriteString(listConfig + "provider \"unpod\" {\n")
	variables := map[string]string{}
	for _, a := range arguments {
		last := a.variables[len(a.variables)-1]
		variables[last] = invalidArguments[a.name].value
		environment = append(environment, invalid(a.name, "from "+last))
		if a.name != "api_token" {
			fmt.Fprintf(&config, "%s = %q\n", a.name, invalidArguments[a.name].value)
			block = append(block, invalid(a.name, "from the provider block"))
		}
	}
	t.Run("provider block", func(t *testing.T) {
		t.Parallel()
		testCLI(t, nil, cliTest{config: config.String() + "}", wantError: diagnostics(block...)})
	})
	t.Run("environment", func(t *testing.T) {
		t.Parallel()
		testCLI(t, variables, cliTest{config: listConfig, wantError: diagnostics(environment...)})
	})
}

func TestAccArguments_rejectInvalidMaxRetries(t *testing.T) {
	t.Parallel()
	for _, value := range []string{"1.5", "-1", "1e400", "9223372036854775808", `"two"`} {
		t.Run(value, func(t *testing.T) {
			t.Parallel()
			workspace, env := attached(t, "provider \"unpod\" { max_retries = "+value+" }\n"+listConfig, nil)
			for _, command := range []string{"validate", "plan"} {
				output, err := workspace.Run(t.Context(), env, command, "-no-color")
				want := "must be a whole number from 0 to 10"
				if value == `"two"` {
					want = "a number is required" // This message is Terraform's.
				}
				if err == nil || !regexp.MustCompile(words(want)).MatchString(output) || strings.Contains(output, "error in the provider") {
					t.Errorf("%s: got error %v, want %q:\n%s", command, err, want, output)
				}
			}
		})
	}
}

// TestArguments_rejectEmptyValues checks that environment variables do not replace
// an empty value in the provider block.
func TestArguments_rejectEmptyValues(t *testing.T) {
	t.Parallel()
	for _, argument := range arguments {
		if argument.name == "max_retries" {
			continue // A number cannot be empty.
		}
		t.Run(argument.name, func(t *testing.T) {
			t.Parallel()
			test := argumentCases[argument.name](t)
			diags := readWith(t, argument, 0, test.baseURL, "", test.right)
			if len(diags) != 1 || diags[0].Summary != "Invalid "+argument.name {
				t.Errorf("got %v, want one error: Invalid %s", diags, argument.name)
			}
		})
	}
}

// TestAccArguments_requireCredentials checks that missing credentials cause an
// error only when a data source is read.
func TestAccArguments_requireCredentials(t *testing.T) {
	t.Parallel()
	server := startUnpod(t)
	variables := map[string]string{"UNPOD_BASE_URL": server.URL}
	testCLI(t, variables, cliTest{config: `provider "unpod" {}`})
	testCLI(t, variables,
		cliTest{
			config: listConfig,
			wantError: diagnostics(
				diagnostic{"The provider's api_token is missing", "Set api_token in the provider block, or set the environment variable UNPOD_API_TOKEN or UNPOD_PLATFORM_TOKEN."},
				diagnostic{"The provider's org_handle is missing", "Set org_handle in the provider block, or set the environment variable UNPOD_ORG_HANDLE."},
			),
		},
	)
	if asked := server.Requests(); len(asked) != 0 {
		t.Errorf("sent %d requests without credentials", len(asked))
	}
}

// TestAccArguments_rejectUnknownValues checks that environment variables do not
// replace a value that is known only after apply.
func TestAccArguments_rejectUnknownValues(t *testing.T) {
	t.Parallel()
	for _, argument := range arguments {
		t.Run(argument.name, func(t *testing.T) {
			t.Parallel()
			needCLI(t, terraformData)
			server := documentedUnpod(t)
			testCLI(t, credentials(server, nil), cliTest{
				config: listConfig + `
resource "terraform_data" "later" { input = "1" }
provider "unpod" { ` + argument.name + ` = terraform_data.later.output }
`,
				wantError: diagnostics(diagnostic{
					"The provider's " + argument.name + " is not known yet",
					"The value of " + argument.name + " is known only after apply. The provider does not use an environment variable or a default instead, " +
						"because that could send one deployment's token to another.\n\n" +
						"Set " + argument.name + " to a value that is known during plan, such as an input variable. " +
						"Alternatively, first apply the resource that it depends on, with terraform apply -target=ADDRESS.",
				}),
			})
			if asked := server.Requests(); len(asked) != 0 {
				t.Errorf("sent %d requests with an unknown %s", len(asked), argument.name)
			}
		})
	}
}

// TestAccArguments_setHeaders checks the headers that the server receives.
func TestAccArguments_setHeaders(t *testing.T) {
	t.Parallel()
	server := documentedUnpod(t)
	testCLI(t, credentials(server, map[string]string{"UNPOD_API_TOKEN": "\t Token  " + unpodtest.Token + "\n", "UNPOD_ORG_HANDLE": " unpod ", "TF_APPEND_USER_AGENT": " tests/1.0\x1b\n"}),
		cliTest{config: listConfig, checks: lists(unpodtest.Documented()...)})

	ids := map[string]bool{}
	for _, request := range server.Requests() {
		if got := request.Method + " " + request.Path + "?" + request.Query.Encode(); got != "GET "+unpodtest.Path+"?" {
			t.Errorf("sent %s", got)
		}
		ids[request.Header.Get("X-Request-Id")] = true
		for name, pattern := range map[string]string{
			"Authorization": "^Token " + unpodtest.Token + "$",
			"Org-Handle":    "^unpod$",
			"Accept":        "^application/json$",
			"X-Request-Id":  "^" + requestIDPattern + "$",
			"User-Agent":    `^Terraform/\d+\.\d+\.\S+ \(\+https://www\.terraform\.io\) terraform-provider-unpod/test tests/1\.0$`,
		} {
			if got := strings.Join(request.Header.Values(name), ", "); !regexp.MustCompile(pattern).MatchString(got) {
				t.Errorf("sent %s: %q, which does not match %s", name, got, pattern)
			}
		}
	}
	if len(ids) != len(server.Requests()) || len(ids) == 0 {
		t.Errorf("got %d request IDs in %d requests", len(ids), len(server.Requests()))
	}
}

func TestAccArguments_allowPathPrefix(t *testing.T) {
	t.Parallel()
	for _, prefix := range []string{"/unpod", "/unpod/"} {
		t.Run(prefix, func(t *testing.T) {
			t.Parallel()
			server := httptest.NewServer(http.StripPrefix("/unpod", unpodtest.New(unpodtest.Token, unpodtest.OrgHandle, unpodtest.Documented()...)))
			t.Cleanup(server.Close)
			variables := map[string]string{"UNPOD_API_TOKEN": unpodtest.Token, "UNPOD_ORG_HANDLE": unpodtest.OrgHandle, "UNPOD_BASE_URL": server.URL + prefix}
			testCLI(t, variables, cliTest{config: listConfig, checks: lists(unpodtest.Documented()...)})
		})
	}
}

// TestArguments_matchSchema checks that arguments, the schema and argumentCases
// agree.
func TestArguments_matchSchema(t *testing.T) {
	t.Parallel()
	listed := map[string]bool{}
	for _, argument := range arguments {
		listed[argument.name] = true
		if _, ok := argumentCases[argument.name]; !ok {
			t.Errorf("%s is not in argumentCases", argument.name)
		}
	}
	for name := range providerSchema(t).Attributes {
		if !listed[name] {
			t.Errorf("%s is in the schema, but not in arguments", name)
		}
		delete(listed, name)
	}
	for name := range listed {
		t.Errorf("%s is in arguments, but not in the schema", name)
	}
}

// TestArguments_warnAboutUnencryptedToken checks that the warning comes from the
// provider block or, if a variable has the address, from the read.
func TestArguments_warnAboutUnencryptedToken(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]bool{
		"https://unpod.dev":     false,
		"unpod.dev":             false,
		"http://unpod.dev":      true,
		"HTTP://10.0.0.1:3001":  true,
		"http://localhost:3001": false,
		"http://127.0.0.2":      false,
		"http://[::1]:3001":     false,
		"http://[::2]:3001":     true,
		"http://localhost.org":  true,
	} {
		written := resolve(unpodProviderModel{BaseURL: types.StringValue(address)}, noVariables)
		if got := written.blockDiags.WarningsCount() == 1; got != want {
			t.Errorf("%s in the block: got warning %t, want %t", address, got, want)
		}
		variable := resolve(unpodProviderModel{}, func(name string) string {
			return map[string]string{"UNPOD_BASE_URL": address}[name]
		})
		if got := variable.readDiags.WarningsCount() == 1; got != want || len(variable.blockDiags) != 0 {
			t.Errorf("%s in a variable: got warning %t, want %t", address, got, want)
		}
	}
}

func TestArguments_rejectTokenAsOrgHandle(t *testing.T) {
	t.Parallel()
	got := resolve(unpodProviderModel{APIToken: types.StringValue("canary-secret"), OrgHandle: types.StringValue("canary-secret")}, noVariables)
	if len(got.blockDiags) != 0 || got.readDiags.ErrorsCount() != 1 || got.readDiags[0].Summary() != "Invalid org_handle" {
		t.Fatalf("got %v and %v, want one error from the read", got.blockDiags, got.readDiags)
	}
	if strings.Contains(got.readDiags[0].Detail(), "canary-secret") {
		t.Error("the error shows the token")
	}
}

// TestArguments_nameValueAndSource pins how messages show each value and its source.
func TestArguments_nameValueAndSource(t *testing.T) {
	t.Parallel()
	pem := unpodtest.CertificatePEM(unpodtest.NewCertificate(t))
	block := resolve(unpodProviderModel{
		APIToken: types.StringValue("canary-secret"), OrgHandle: types.StringValue(" acme "), BaseURL: types.StringValue("voice.example.com/api/v2/platform/"),
		RequestTimeout: types.StringValue("60s"), MaxRetries: types.NumberValue(big.NewFloat(2)), CACertPEM: types.StringValue(pem),
	}, noVariables)
	environment := resolve(unpodProviderModel{}, func(name string) string {
		return map[string]string{
			"UNPOD_PLATFORM_TOKEN": "canary-secret", "UNPOD_ORG_HANDLE": "acme", "UNPOD_BASE_URL": "https://unpod.dev/a/",
			"UNPOD_REQUEST_TIMEOUT": "1m", "UNPOD_MAX_RETRIES": "0", "UNPOD_CA_CERT_PEM": pem,
		}[name]
	})
	defaults := resolve(unpodProviderModel{}, noVariables)
	for name, want := range map[string][3]string{
		"api_token":       {"api_token (from the provider block)", "api_token (from UNPOD_PLATFORM_TOKEN)", "api_token (not set)"},
		"org_handle":      {`org_handle "acme" (from the provider block)`, `org_handle "acme" (from UNPOD_ORG_HANDLE)`, "org_handle (not set)"},
		"base_url":        {`base_url "https://voice.example.com" (from the provider block)`, `base_url "https://unpod.dev/a" (from UNPOD_BASE_URL)`, `base_url "https://unpod.dev" (the default)`},
		"request_timeout": {`request_timeout "1m0s" (from the provider block)`, `request_timeout "1m0s" (from UNPOD_REQUEST_TIMEOUT)`, `request_timeout "30s" (the default)`},
		"max_retries":     {`max_retries "2" (from the provider block)`, `max_retries "0" (from UNPOD_MAX_RETRIES)`, `max_retries "4" (the default)`},
		"ca_cert_pem":     {"ca_cert_pem (from the provider block)", "ca_cert_pem (from UNPOD_CA_CERT_PEM)", "ca_cert_pem (not set)"},
	} {
		if got := [3]string{block.used[name], environment.used[name], defaults.used[name]}; got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

func noVariables(string) string { return "" }
