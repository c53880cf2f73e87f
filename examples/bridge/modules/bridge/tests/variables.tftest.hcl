mock_provider "unpod" {}

variables {
  bridge_slug   = "support-line"
  phone_number  = "+14155550100"
  provider_slug = "twilio"
}

run "refuses_a_national_number" {
  command = plan

  variables {
    phone_number = "0171 5550100"
  }

  expect_failures = [var.phone_number]
}

run "refuses_a_path_as_a_slug" {
  command = plan

  variables {
    bridge_slug = "support-line/../sales-bridge-001"
  }

  expect_failures = [var.bridge_slug]
}
