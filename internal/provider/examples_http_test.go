// Copyright (c) Unpod
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net/http"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-testing/config"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/terraform"

	"github.com/unpod-ai/terraform-provider-unpod/internal/unpodtest"
)

// TestExamples_fromHTTP applies the configuration with data "http", and then the
// one that replaces it.
func TestExamples_fromHTTP(t *testing.T) {
	t.Parallel()
	t.Run("a configuration matches", func(t *testing.T) {
		t.Parallel()
		after := resource.TestStep{
			ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()}},
			Check:            wantNoToken,
		}
		moveOver(t, documentedUnpod(t), after, statecheck.ExpectKnownOutputValue("twilio_id", knownvalue.Int64Exact(42)))
	})
	t.Run("nothing matches", func(t *testing.T) {
		t.Parallel()
		needCLI(t, feature{"a destroy after a failed step", 3, 6})
		moveOver(t, startUnpod(t, sip), resource.TestStep{ExpectError: regexp.MustCompile(noMatch)}) // State does not have an output that is null.
	})
}

// moveOver applies both configurations against a server, and checks the state of
// the first.
func moveOver(t *testing.T, local *unpodtest.Server, after resource.TestStep, checks ...statecheck.StateCheck) {
	t.Helper()
	needCLI(t, feature{})
	local.Set(func(s *unpodtest.Settings) { s.AnyOrganization = true })
	examples := filepath.Join(moduleRoot(t), "examples", "from-http")
	before := resource.TestStep{
		Config:            strings.Replace(readFile(t, filepath.Join(examples, "before", "main.tf")), "https://unpod.dev", local.URL, 1),
		ConfigVariables:   config.Variables{"unpod_api_token": config.StringVariable(unpodtest.Token)},
		ConfigStateChecks: checks,
	}
	after.Config = readFile(t, filepath.Join(examples, "main.tf"))
	providers := factories(credentials(local, nil))
	providers["http"] = providerserver.NewProtocol6WithError(httpProvider{&unpodProvider{getenv: noVariables}})
	resource.UnitTest(t, resource.TestCase{ProtoV6ProviderFactories: providers, Steps: []resource.TestStep{before, after}})
}

// wantNoToken checks that the data source whose headers have the token is gone
// from state.
func wantNoToken(state *terraform.State) error {
	if strings.Contains(state.String(), unpodtest.Token) {
		return errors.New("the token is still in state")
	}
	return nil
}

// httpProvider stands in for hashicorp/http, which tests cannot install without
// a network. It has what the example uses.
type httpProvider struct{ *unpodProvider }

func (httpProvider) Metadata(_ context.Context, _ provider.MetadataRequest, resp *provider.MetadataResponse) {
	resp.TypeName = "http"
}

func (httpProvider) DataSources(context.Context) []func() datasource.DataSource {
	return []func() datasource.DataSource{func() datasource.DataSource { return httpDataSource{} }}
}

// httpDataSource stands in for the data source http.
type httpDataSource struct{}

func (httpDataSource) Metadata(_ context.Context, _ datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = "http"
}

func (httpDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	resp.Schema = schema.Schema{Attributes: map[string]schema.Attribute{
		"url":             schema.StringAttribute{Required: true},
		"request_headers": schema.MapAttribute{Optional: true, ElementType: types.StringType},
		"response_body":   schema.StringAttribute{Computed: true},
	}}
}

// Read gets the URL.
func (httpDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var model struct {
		URL            string            `tfsdk:"url"`
		RequestHeaders map[string]string `tfsdk:"request_headers"`
		ResponseBody   types.String      `tfsdk:"response_body"`
	}
	resp.Diagnostics.Append(req.Config.Get(ctx, &model)...)
	if resp.Diagnostics.HasError() {
		return
	}
	body, err := get(ctx, model.URL, nil, model.RequestHeaders)
	if err != nil {
		resp.Diagnostics.AddError("The request failed", err.Error())
	}
	model.ResponseBody = types.StringValue(string(body))
	resp.Diagnostics.Append(resp.State.Set(ctx, model)...)
}

// get returns the body of a response. It does not use the client that is tested.
func get(ctx context.Context, url string, roots *x509.CertPool, headers map[string]string) ([]byte, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, http.NoBody)
	if err != nil {
		return nil, err
	}
	for name, value := range headers {
		request.Header.Set(name, value)
	}
	resp, err := (&http.Transport{DisableKeepAlives: true, TLSClientConfig: &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12}}).RoundTrip(request)
	if err != nil {
		return nil, err
	}
	defer func() { _ = resp.Body.Close() }() // It was read.
	return io.ReadAll(resp.Body)
}
