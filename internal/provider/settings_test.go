// Copyright (c) Unpod
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"log/slog"
	"math/big"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"

	"github.com/unpod-ai/terraform-provider-unpod/internal/unpodtest"
)

// argumentCase is an Unpod that can be read with one value of an argument, and
// not with another.
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
		return argumentCase{server.URL, certificatePEM(server.Certificate().Raw), anotherCertificate(t)}
	},
}

func documentedUnpod(t *testing.T) *unpodtest.Server {
	t.Helper()
	return startUnpod(t, unpodtest.Documented()...)
}

// startTLSUnpod starts a local Unpod that the system does not trust.
func startTLSUnpod(t *testing.T, configurations ...unpodtest.Configuration) *httptest.Server {
	t.Helper()
	server := httptest.NewUnstartedServer(unpodtest.New(unpodtest.Token, unpodtest.OrgHandle, configurations...))
	server.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, 0) // It tells of each client that does not trust it.
	server.StartTLS()
	t.Cleanup(server.Close)
	return server
}

func certificatePEM(der []byte) string {
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))
}

// anotherCertificate makes a certificate that no server has.
func anotherCertificate(t *testing.T) string {
	t.Helper()
	return certificatePEM(certificateOf(t, "unpod.example").Certificate[0])
}

// certificateOf makes a certificate that vouches for itself.
func certificateOf(t *testing.T, host string) tls.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber:          big.NewInt(1),
		NotAfter:              time.Now().Add(time.Hour),
		DNSNames:              []string{host},
		IsCA:                  true,
		BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}

// TestAccArguments sets each argument in each place where it can be set: the
// right value in one place and the wrong one in all places after it, and then
// the other way round. Whether the list is read shows which value was used.
func TestAccArguments(t *testing.T) {
	t.Parallel()
	for _, argument := range arguments {
		for first := range len(argument.variables) + 1 {
			place := "configuration"
			if first > 0 {
				place = argument.variables[first-1]
			}
			t.Run(argument.name+"/"+place, func(t *testing.T) {
				t.Parallel()
				test := argumentCases[argument.name](t)
				testArgument(t, argument, first, test.baseURL, test.right, test.wrong,
					resource.TestStep{ConfigStateChecks: lists(unpodtest.Documented()...)})
			})
			t.Run(argument.name+"/"+place+"/wrong", func(t *testing.T) {
				t.Parallel()
				test := argumentCases[argument.name](t)
				testArgument(t, argument, first, test.baseURL, test.wrong, test.right,
					resource.TestStep{ExpectError: regexp.MustCompile(`Error: [^\n]*Unpod`)})
			})
		}
	}
}

// testArgument runs a step with an argument set to one value in its first place
// and to another in the places after it. The places are the configuration and
// then the variables; those before the first are null, or empty.
func testArgument(t *testing.T, argument argument, first int, baseURL, value, later string, step resource.TestStep) {
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
	configured := "null"
	if first == 0 {
		configured = fmt.Sprintf("%q", value)
	}
	step.Config = fmt.Sprintf("%s\nprovider \"unpod\" {\n  %s = %s\n}\n", listConfig, argument.name, configured)
	testCLI(t, variables, step)
}

// TestAccArguments_invalid has every argument wrong at once.
func TestAccArguments_invalid(t *testing.T) {
	t.Parallel()
	t.Run("configuration", func(t *testing.T) {
		t.Parallel()
		testCLI(t, nil, resource.TestStep{
			Config: listConfig + `provider "unpod" {
  api_token       = ""
  org_handle      = "two words"
  base_url        = "https://somebody:hunter2@unpod.dev"
  request_timeout = "30"
  max_retries     = 11
  ca_cert_pem     = "none"
}
`,
			ExpectError: diagnostics(
				diagnostic{"Invalid api_token", "The argument api_token must not be empty."},
				diagnostic{"Invalid org_handle", "The argument org_handle must not contain blanks or control characters."},
				diagnostic{"Invalid base_url", "The argument base_url must not contain a user name or password."},
				diagnostic{"Invalid request_timeout", `The argument request_timeout must be a positive duration such as "30s" or "1m30s".`},
				diagnostic{"Invalid max_retries", "The argument max_retries must be a whole number from 0 to 10."},
				diagnostic{"Invalid ca_cert_pem", "The argument ca_cert_pem must be the PEM text of one or more certificates, and nothing else."},
			),
		})
	})
	t.Run("environment", func(t *testing.T) {
		t.Parallel()
		variables := map[string]string{
			"UNPOD_PLATFORM_TOKEN":  "Token ",
			"UNPOD_ORG_HANDLE":      "acme\x1b[2J",
			"UNPOD_BASE_URL":        "ftp://unpod.dev",
			"UNPOD_REQUEST_TIMEOUT": "-1s",
			"UNPOD_MAX_RETRIES":     "many",
			"UNPOD_CA_CERT_PEM":     "-----BEGIN CERTIFICATE-----",
		}
		testCLI(t, variables, resource.TestStep{
			Config: listConfig,
			ExpectError: diagnostics(
				diagnostic{"Invalid api_token", "The environment variable UNPOD_PLATFORM_TOKEN, which stands in for the argument api_token, must not be empty."},
				diagnostic{"Invalid org_handle", "The environment variable UNPOD_ORG_HANDLE, which stands in for the argument org_handle, must not contain blanks or control characters."},
				diagnostic{"Invalid base_url", "The environment variable UNPOD_BASE_URL, which stands in for the argument base_url, must begin with https:// or http://."},
				diagnostic{"Invalid request_timeout", `The environment variable UNPOD_REQUEST_TIMEOUT, which stands in for the argument request_timeout, must be a positive duration such as "30s" or "1m30s".`},
				diagnostic{"Invalid max_retries", "The environment variable UNPOD_MAX_RETRIES, which stands in for the argument max_retries, must be a whole number from 0 to 10."},
				diagnostic{"Invalid ca_cert_pem", "The environment variable UNPOD_CA_CERT_PEM, which stands in for the argument ca_cert_pem, must be the PEM text of one or more certificates, and nothing else."},
			),
		})
	})
}

// TestAccArguments_empty gives empty values in the configuration, which are
// never replaced by what the environment has.
func TestAccArguments_empty(t *testing.T) {
	t.Parallel()
	for _, argument := range arguments {
		t.Run(argument.name, func(t *testing.T) {
			t.Parallel()
			if argument.name == "max_retries" {
				t.Skip("A number has no empty value.")
			}
			test := argumentCases[argument.name](t)
			testArgument(t, argument, 0, test.baseURL, "", test.right,
				resource.TestStep{ExpectError: regexp.MustCompile("Error: Invalid " + argument.name)})
		})
	}
}

// TestAccArguments_missing reads without credentials: the only time that they
// are missed.
func TestAccArguments_missing(t *testing.T) {
	t.Parallel()
	server := startUnpod(t)
	variables := map[string]string{"UNPOD_BASE_URL": server.URL}
	testCLI(t, variables,
		resource.TestStep{Config: `provider "unpod" {}`},
		resource.TestStep{
			Config: listConfig,
			ExpectError: diagnostics(
				diagnostic{"The provider's api_token is missing", "Reading from Unpod needs api_token. Set it in the provider block, or in the environment variable UNPOD_API_TOKEN or UNPOD_PLATFORM_TOKEN."},
				diagnostic{"The provider's org_handle is missing", "Reading from Unpod needs org_handle. Set it in the provider block, or in the environment variable UNPOD_ORG_HANDLE."},
			),
		},
	)
	if asked := server.Requests(); len(asked) != 0 {
		t.Errorf("asked %d times without credentials", len(asked))
	}
}

// TestAccArguments_unknown has arguments that are only known after apply, and
// all they need in the environment, which must not be used in their place.
func TestAccArguments_unknown(t *testing.T) {
	t.Parallel()
	for _, argument := range arguments {
		t.Run(argument.name, func(t *testing.T) {
			t.Parallel()
			server := documentedUnpod(t)
			testCLI(t, credentials(server, nil), resource.TestStep{
				Config: listConfig + `
resource "terraform_data" "later" { input = "1" }
provider "unpod" { ` + argument.name + ` = terraform_data.later.output }
`,
				ExpectError: diagnostics(diagnostic{
					"The provider's " + argument.name + " is not known yet",
					"The value of " + argument.name + " depends on something that Terraform will only know after apply, and it is not replaced by a variable or a default, " +
						"because that could send one deployment's token to another.\n\n" +
						"Give " + argument.name + " a value that is known during plan, such as an input variable. " +
						"Or apply what it depends on first, with terraform apply -target=ADDRESS, and then run this plan again.",
				}),
			})
			if asked := server.Requests(); len(asked) != 0 {
				t.Errorf("asked %d times with an unknown %s", len(asked), argument.name)
			}
		})
	}
}

// TestAccArguments_headers looks at what is really sent.
func TestAccArguments_headers(t *testing.T) {
	t.Parallel()
	server := documentedUnpod(t)
	testCLI(t, credentials(server, map[string]string{"UNPOD_API_TOKEN": "\t Token  " + unpodtest.Token + "\n", "UNPOD_ORG_HANDLE": " unpod "}),
		resource.TestStep{Config: listConfig, ConfigStateChecks: lists(unpodtest.Documented()...)})

	ids := map[string]bool{}
	for _, request := range server.Requests() {
		if got := request.Method + " " + request.Path + "?" + request.Query.Encode(); got != "GET "+unpodtest.Path+"?" {
			t.Errorf("asked %s", got)
		}
		ids[request.Header.Get("X-Request-Id")] = true
		for name, pattern := range map[string]string{
			"Authorization": "^Token " + unpodtest.Token + "$",
			"Org-Handle":    "^unpod$",
			"Accept":        "^application/json$",
			"X-Request-Id":  "^" + requestIDPattern + "$",
			"User-Agent":    `^Terraform/\d+\.\d+\.\S+ \(\+https://www\.terraform\.io\) terraform-provider-unpod/test$`,
		} {
			if got := strings.Join(request.Header.Values(name), ", "); !regexp.MustCompile(pattern).MatchString(got) {
				t.Errorf("sent %s: %q, which does not match %s", name, got, pattern)
			}
		}
	}
	if len(ids) != len(server.Requests()) || len(ids) == 0 {
		t.Errorf("%d requests had %d request ids", len(server.Requests()), len(ids))
	}
}

func TestAccArguments_pathPrefix(t *testing.T) {
	t.Parallel()
	for _, prefix := range []string{"/unpod", "/unpod/"} {
		t.Run(prefix, func(t *testing.T) {
			t.Parallel()
			server := httptest.NewServer(http.StripPrefix("/unpod", unpodtest.New(unpodtest.Token, unpodtest.OrgHandle, unpodtest.Documented()...)))
			t.Cleanup(server.Close)
			variables := map[string]string{"UNPOD_API_TOKEN": unpodtest.Token, "UNPOD_ORG_HANDLE": unpodtest.OrgHandle, "UNPOD_BASE_URL": server.URL + prefix}
			testCLI(t, variables, resource.TestStep{Config: listConfig, ConfigStateChecks: lists(unpodtest.Documented()...)})
		})
	}
}

// TestArguments_table holds the list of arguments, the provider block's schema
// and its model together.
func TestArguments_table(t *testing.T) {
	t.Parallel()
	listed := map[string]bool{}
	for _, argument := range arguments {
		listed[argument.name] = true
		if _, ok := argumentCases[argument.name]; !ok {
			t.Errorf("%s has no case", argument.name)
		}
	}
	for name := range providerSchema(t).Attributes {
		if !listed[name] {
			t.Errorf("the schema has %s, which is not listed", name)
		}
		delete(listed, name)
	}
	for name := range listed {
		t.Errorf("the schema does not have %s", name)
	}
}

// TestSendsTokenInClear is about the warning for a token that crosses a network
// unencrypted.
func TestSendsTokenInClear(t *testing.T) {
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
		resolved, diags := resolve(unpodProviderModel{BaseURL: types.StringValue(address)}, noVariables)
		if diags.HasError() {
			t.Error(diags)
		}
		if got := resolved.sendsTokenInClear(); got != want {
			t.Errorf("%s: got %t, want %t", address, got, want)
		}
	}
}

func noVariables(string) string { return "" }
