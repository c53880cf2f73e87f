// Copyright (c) Unpod
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"fmt"
	"maps"
	"math/big"
	"reflect"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/unpod-ai/terraform-provider-unpod/internal/unpod"
	"github.com/unpod-ai/terraform-provider-unpod/internal/unpodtest"
)

// TestArguments_precedence sets each argument to one value in one source and to
// another in all sources of lower precedence. The first must be used, and messages
// must name it and its source. All have whitespace and byte order marks around them.
func TestArguments_precedence(t *testing.T) {
	t.Parallel()
	ca, otherCA := unpodtest.CertificatePEM(unpodtest.NewCertificate(t)), unpodtest.CertificatePEM(unpodtest.NewCertificate(t))
	tests := map[string]struct {
		value, other   any
		shown, without string // in messages, and without any value
	}{
		"api_token":       {"Token " + canary, "another-token", "", " (not set)"}, // Not shown.
		"org_handle":      {"acme", "another", ` "acme"`, " (not set)"},
		"base_url":        {"voice.example.com/a/api/v2/platform/", "http://localhost", ` "https://voice.example.com/a"`, ` "https://unpod.dev" (the default)`},
		"request_timeout": {"60s", "1ns", ` "1m0s"`, ` "30s" (the default)`},
		"max_retries":     {0, 2, ` "0"`, ` "4" (the default)`},
		"ca_cert_pem":     {ca, otherCA, "", " (not set)"}, // Not shown.
	}
	for _, a := range arguments {
		name, test := a.name, tests[a.name] // A missing test fails below.
		want := resolve(modelOf(t, nil), noVariables)
		if got := want.used[name]; got != name+test.without {
			t.Errorf("got %q, want %q", got, name+test.without)
		}
		if _, err := a.apply(&want.options, fmt.Sprint(test.value)); err != nil {
			t.Fatal(err)
		}
		for i, source := range append([]string{"the provider block"}, a.variables...) {
			got := resolveFrom(t, a, i, test.value, test.other)
			if got.options.RootCAs.Equal(want.options.RootCAs) {
				got.options.RootCAs = want.options.RootCAs // DeepEqual cannot compare them.
			}
			if !reflect.DeepEqual(got.options, want.options) {
				t.Errorf("%s: the value from %s is not used", name, source)
			}
			if wantUsed := name + test.shown + " (from " + source + ")"; got.used[name] != wantUsed {
				t.Errorf("got %q, want %q", got.used[name], wantUsed)
			}
		}
	}
}

// resolveFrom resolves an argument that has a value in one source and another in the
// sources after it. Source 0 is the provider block. The variables follow. Sources
// before it are null or blank.
func resolveFrom(t *testing.T, a argument, source int, value, other any) settings {
	t.Helper()
	padded := func(value any) string { return "\ufeff\t \ufeff" + fmt.Sprint(value) + " \r\n" }
	inBlock, variables := block{}, map[string]string{}
	if source == 0 {
		inBlock[a.name] = value
		if text, ok := value.(string); ok {
			inBlock[a.name] = padded(text)
		}
	}
	for i, variable := range a.variables {
		variables[variable] = padded("")
		if i >= source {
			variables[variable] = padded(other)
		} else if i == source-1 {
			variables[variable] = padded(value)
		}
	}
	return resolve(modelOf(t, inBlock), func(name string) string { return variables[name] })
}

// modelOf decodes a provider block as Configure does.
func modelOf(t *testing.T, values block) (model unpodProviderModel) {
	t.Helper()
	var resp provider.SchemaResponse
	new(unpodProvider).Schema(t.Context(), provider.SchemaRequest{}, &resp)
	raw := typed(resp.Schema.Type().TerraformType(t.Context()), values)
	config := tfsdk.Config{Schema: resp.Schema, Raw: raw}
	if diags := config.Get(t.Context(), &model); diags.HasError() {
		t.Fatal(diags)
	}
	return model
}

func noVariables(string) string { return "" }

// invalidArguments has invalid values of each argument. The first ones would leak
// something if they were shown.
var invalidArguments = map[string][]any{
	"api_token":       {"Bearer canary-secret", ""},
	"org_handle":      {"two words", ""},
	"base_url":        {"https://somebody:canary-secret@unpod.dev", ""},
	"request_timeout": {"30", ""},
	"max_retries":     {11, -1, 1.5, big.NewFloat(1e300), new(big.Float).SetInt(new(big.Int).Lsh(big.NewInt(1), 63))},
	"ca_cert_pem":     {"/etc/ssl/ca.pem", ""},
}

// invalid returns the diagnostic for an invalid value. Why it is invalid is tested
// in the client's package. The parsers' errors never contain the value.
func invalid(t *testing.T, a argument, value any, source string) diagnostic {
	t.Helper()
	text := fmt.Sprint(value)
	_, err := a.apply(new(unpod.Options), text)
	if err == nil {
		t.Fatalf("%s %q is valid", a.name, text)
	}
	want := diagnostic{summary: "Invalid " + a.name, detail: fmt.Sprintf("%s (%s) %s.", a.name, source, err)}
	if source == fromBlock && (a.name == "request_timeout" || a.name == "max_retries") {
		want.path = a.name // Terraform prints that line, which could show a secret of the others.
	}
	return want
}

// unknownError returns the error about an argument that is known only after apply.
func unknownError(name string) diagnostic {
	return diagnostic{
		summary: "The provider's " + name + " is not known yet",
		detail: "The value of " + name + " is known only after apply. The provider does not use an environment variable or a default instead, " +
			"because that could send one deployment's token to another.\n\n" +
			"Set " + name + " to a value that is known during plan, such as an input variable. " +
			"Alternatively, first apply the resource that it depends on, with terraform apply -target=ADDRESS.",
	}
}

// TestArguments_areRejected checks that a read with invalid arguments sends nothing,
// and that variables replace no value of the provider block that is invalid, empty
// or unknown. Missing credentials cause an error only in the read.
func TestArguments_areRejected(t *testing.T) {
	t.Parallel()
	type test struct {
		variables map[string]string
		arguments block
		want      []diagnostic
	}
	local := documentedUnpod(t)
	all, wantAll := map[string]string{}, []diagnostic{}
	tests := map[string]test{
		"no credentials": {map[string]string{"UNPOD_BASE_URL": local.URL}, nil, []diagnostic{
			{summary: "The provider's api_token is missing", detail: "Set the environment variable UNPOD_API_TOKEN. To create a token, open API Keys in the Unpod dashboard."},
			{summary: "The provider's org_handle is missing", detail: "Set the environment variable UNPOD_ORG_HANDLE to the organization's domain_handle."},
		}},
		"variables of two platforms": {credentials(local, map[string]string{"UNPOD_PLATFORM_BASE_URL": local.URL, "UNPOD_PLATFORM_TOKEN": `"other"`}), nil, []diagnostic{{
			summary: "The API token may be for another platform",
			detail: "api_token is from UNPOD_API_TOKEN and base_url from UNPOD_PLATFORM_BASE_URL, but UNPOD_PLATFORM_TOKEN has another value. " +
				"The provider does not send one platform's token to another.\n\nUnset UNPOD_API_TOKEN to use the token in UNPOD_PLATFORM_TOKEN, or unset UNPOD_PLATFORM_TOKEN.",
		}}},
		"token as handle": {credentials(local, nil), block{"org_handle": local.Token}, []diagnostic{{
			summary: "Invalid org_handle",
			detail:  "org_handle and api_token have the same value, so at least one of them is wrong. Set org_handle to the organization's domain_handle.",
		}}},
	}
	for _, a := range arguments {
		tests[a.name+" is unknown"] = test{credentials(local, nil), block{a.name: unknown}, []diagnostic{unknownError(a.name)}}
		for _, value := range invalidArguments[a.name] {
			tests[fmt.Sprintf("%s is %v", a.name, value)] = test{credentials(local, nil), block{a.name: value}, []diagnostic{invalid(t, a, value, fromBlock)}}
		}
		last := a.variables[len(a.variables)-1]
		all[last] = fmt.Sprint(invalidArguments[a.name][0])
		wantAll = append(wantAll, invalid(t, a, all[last], "from "+last))
	}
	tests["all variables are invalid"] = test{all, nil, wantAll}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p, got := configure(t, test.variables, test.arguments)
			if test.want[0].path == "" {
				wantDiagnostics(t, append(got, validate(t, test.arguments)...))
				got = readData(t, p, listName, nil).Diagnostics
			} else {
				wantDiagnostics(t, validate(t, test.arguments), test.want...)
			}
			wantDiagnostics(t, got, test.want...)
		})
	}
	t.Cleanup(func() {
		if asked := local.Requests(); len(asked) != 0 {
			t.Errorf("sent %d requests", len(asked))
		}
	})
}

// TestArguments_acceptVariablesOfOnePlatform has variables that look like those of two
// platforms.
func TestArguments_acceptVariablesOfOnePlatform(t *testing.T) {
	t.Parallel()
	local := documentedUnpod(t)
	for name, test := range map[string]struct {
		variables map[string]string
		arguments block
	}{
		"the same token":          {map[string]string{"UNPOD_PLATFORM_TOKEN": "token " + local.Token}, nil},
		"a blank variable":        {map[string]string{"UNPOD_PLATFORM_TOKEN": " "}, nil},
		"the other's address":     {map[string]string{"UNPOD_PLATFORM_TOKEN": "x", "UNPOD_PLATFORM_BASE_URL": ""}, nil},
		"a token in the block":    {map[string]string{"UNPOD_PLATFORM_TOKEN": "x"}, block{"api_token": local.Token}},
		"an address in the block": {map[string]string{"UNPOD_PLATFORM_TOKEN": "x"}, block{"base_url": local.URL}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			variables := credentials(local, map[string]string{"UNPOD_PLATFORM_BASE_URL": local.URL})
			maps.Copy(variables, test.variables)
			p, diags := configure(t, variables, test.arguments)
			wantDiagnostics(t, append(diags, readData(t, p, listName, nil).Diagnostics...))
		})
	}
}

// validate returns the diagnostics about a provider block, without variables.
func validate(t *testing.T, values block) []*tfprotov6.Diagnostic {
	t.Helper()
	resp, err := withVariables(nil).ValidateProviderConfig(t.Context(), &tfprotov6.ValidateProviderConfigRequest{Config: encode(t, "", values)})
	if err != nil {
		t.Fatal(err)
	}
	return resp.Diagnostics
}

// TestArguments_warnAboutUnencryptedToken checks that the warning comes from the
// provider block or, if a variable has the address, from the read. The read is
// canceled, so that it sends nothing.
func TestArguments_warnAboutUnencryptedToken(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]bool{"https://unpod.dev": false, "unpod.dev": false, "http://unpod.dev": true, "http://127.0.0.2": false} {
		warnings := func(path, source string) []diagnostic {
			if !want {
				return nil
			}
			detail := fmt.Sprintf("Anyone on the network path to base_url %q (%s) can read it. Use https:// instead.", address, source)
			return []diagnostic{{warning: true, summary: "The API token is sent unencrypted", path: path, detail: detail}}
		}
		wantDiagnostics(t, validate(t, block{"base_url": address}), warnings("base_url", fromBlock)...)
		p := configured(t, map[string]string{"UNPOD_BASE_URL": address, "UNPOD_API_TOKEN": canary, "UNPOD_ORG_HANDLE": "acme"})
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		resp, err := p.ReadDataSource(ctx, listRequest(t))
		if err != nil || len(resp.Diagnostics) == 0 {
			t.Fatalf("got error %v and no diagnostics, want one", err)
		}
		wantDiagnostics(t, resp.Diagnostics[:len(resp.Diagnostics)-1], warnings("", "from UNPOD_BASE_URL")...)
	}
}
