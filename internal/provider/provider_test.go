// Copyright (c) Unpod
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"maps"
	"slices"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/unpod-ai/terraform-provider-unpod/internal/unpod"
	"github.com/unpod-ai/terraform-provider-unpod/internal/unpodtest"
)

// TestGetProviderSchema requests the schema as Terraform does. Only then does the
// framework report reserved names.
func TestGetProviderSchema(t *testing.T) {
	t.Parallel()
	resp := schemas(t)
	wantDiagnostics(t, resp.Diagnostics)
	if got, want := slices.Sorted(maps.Keys(resp.DataSourceSchemas)), []string{lookupName, listName}; !slices.Equal(got, want) || len(resp.ResourceSchemas) != 0 {
		t.Errorf("got data sources %v and %d resources, want %v and none", got, len(resp.ResourceSchemas), want)
	}
	for _, attribute := range resp.Provider.Block.Attributes {
		if attribute.Sensitive != (attribute.Name == "api_token") {
			t.Errorf("%s: sensitive is %t", attribute.Name, attribute.Sensitive)
		}
	}
}

// TestConfigure_defersReads checks that reads are deferred if an argument is
// unknown and Terraform allows it. No release does by default.
func TestConfigure_defersReads(t *testing.T) {
	t.Parallel()
	p := withVariables(credentials(documentedUnpod(t), nil))
	resp, err := p.ConfigureProvider(t.Context(), &tfprotov6.ConfigureProviderRequest{
		Config:             encode(t, "", block{"base_url": unknown}),
		ClientCapabilities: &tfprotov6.ConfigureProviderClientCapabilities{DeferralAllowed: true},
	})
	if err != nil || len(resp.Diagnostics) != 0 {
		t.Fatal(err, resp)
	}
	request := listRequest(t)
	request.ClientCapabilities = &tfprotov6.ReadDataSourceClientCapabilities{DeferralAllowed: true}
	deferred, err := p.ReadDataSource(t.Context(), request)
	if err != nil || len(deferred.Diagnostics) != 0 {
		t.Fatal(err, deferred)
	}
	if deferred.Deferred == nil || deferred.Deferred.Reason != tfprotov6.DeferredReasonProviderConfigUnknown {
		t.Errorf("the read was not deferred: %v", deferred.Deferred)
	}
}

func TestReadDataSource_failsBeforeConfigure(t *testing.T) {
	t.Parallel()
	for name, conditions := range map[string]block{listName: nil, lookupName: {"id": 42}} {
		wantDiagnostics(t, readData(t, withVariables(nil), name, conditions).Diagnostics, diagnostic{
			summary: "The provider is not configured",
			detail:  "A data source was read before the provider was configured. This is a bug in Terraform, or in the program that calls the provider.",
		})
	}
}

// TestRead_sharesClient checks that data sources of one provider block share a client:
// after a 429 that asks for an hour, none sends a request.
func TestRead_sharesClient(t *testing.T) {
	t.Parallel()
	local := documentedUnpod(t)
	local.AnswerAlways(unpodtest.Throttled("3600"))
	p := configured(t, credentials(local, nil))
	first, second := readData(t, p, listName, nil), readData(t, p, lookupName, block{"id": 42})
	if len(first.Diagnostics) != 1 || len(second.Diagnostics) != 1 || len(local.Requests()) != 1 {
		t.Errorf("got %d and %d diagnostics and %d requests, want 1 each", len(first.Diagnostics), len(second.Diagnostics), len(local.Requests()))
	}
}

// TestRead_keepsWarnings checks that a read that succeeds shows the warning about an
// unencrypted token.
func TestRead_keepsWarnings(t *testing.T) {
	t.Parallel()
	data := &providerData{settings: settings{readDiags: diag.Diagnostics{diag.NewWarningDiagnostic("A warning", "")}}}
	elements, diags := read(t.Context(), data, func(*unpod.Client, context.Context) ([]int, error) { return []int{1}, nil })
	if len(elements) != 1 || diags.WarningsCount() != 1 || diags.HasError() {
		t.Errorf("got %v and %v, want one element and the warning", elements, diags)
	}
}

func TestConfiguredDataSource_rejectsOtherTypes(t *testing.T) {
	t.Parallel()
	var resp datasource.ConfigureResponse
	new(configuredDataSource).Configure(t.Context(), datasource.ConfigureRequest{ProviderData: "something else"}, &resp)
	if !resp.Diagnostics.HasError() {
		t.Error("a string was accepted as provider data")
	}
}

// TestConfigure_setsHeaders also checks the User-Agent, with what the user appends.
func TestConfigure_setsHeaders(t *testing.T) {
	t.Parallel()
	local := documentedUnpod(t)
	variables := credentials(local, map[string]string{"UNPOD_API_TOKEN": "another", "TF_APPEND_USER_AGENT": " tests/1.0 \x1b\u00fc\n"})
	p, diags := configure(t, variables, block{"api_token": "\t Token  " + local.Token + "\n", "org_handle": " unpod "})
	wantDiagnostics(t, append(diags, readData(t, p, listName, nil).Diagnostics...))
	for name, want := range map[string]string{
		"Authorization": "Token " + local.Token,
		"Org-Handle":    "unpod",
		"User-Agent":    "Terraform/1.2.3 (+https://www.terraform.io) terraform-provider-unpod/test tests/1.0",
	} {
		if got := local.Requests()[0].Header.Values(name); !slices.Equal(got, []string{want}) {
			t.Errorf("sent %s: %q, want %q", name, got, want)
		}
	}
}
