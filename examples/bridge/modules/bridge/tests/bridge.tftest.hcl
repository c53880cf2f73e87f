# Needs no account: nothing is requested from Unpod. A run that applies would post.
mock_provider "unpod" {}

variables {
  bridge_slug   = "support-line"
  phone_number  = "+14155550100"
  provider_slug = "twilio"
}

run "uses_the_configuration" {
  command = plan

  override_data {
    target = data.unpod_telephony_provider_configuration.this
    values = {
      id = 42
    }
  }

  assert {
    condition     = output.provider_configuration_id == 42
    error_message = "The bridge must use the configuration that was found."
  }

  assert {
    condition     = terraform_data.connection.input.bridge == "https://unpod.dev/api/v2/platform/telephony/bridges/support-line"
    error_message = "The bridge's URL must contain its slug."
  }
}

run "refuses_a_national_number" {
  command = plan

  variables {
    phone_number = "0171 5550100"
  }

  expect_failures = [var.phone_number]
}
