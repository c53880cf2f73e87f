locals {
  path    = "/api/v2/platform/telephony/bridges/${var.bridge_slug}/"
  numbers = "body.data.numbers.#(number==\"${var.phone_number}\")#"
}

# The plan fails unless exactly one configuration matches.
data "unpod_telephony_provider_configuration" "this" {
  provider_slug = var.provider_slug
  account_sid   = var.account_sid
}

# The plan fails unless the bridge exists.
data "restful_resource" "bridge" {
  id           = local.path
  output_attrs = ["data.slug", "message"]

  lifecycle {
    postcondition {
      # Unpod uses status 206 for errors, restful for success.
      condition     = try(self.output.data.slug, null) == var.bridge_slug
      error_message = "Unpod did not return this bridge: ${try(self.output.message, "no message")}"
    }
  }
}

resource "terraform_data" "connection" {
  triggers_replace = {
    phone_number       = var.phone_number
    provider_config_id = data.unpod_telephony_provider_configuration.this.id
  }
}

# Do not add create_before_destroy: it would undo the new connection.
resource "restful_operation" "connection" {
  path          = "${local.path}connect-provider/"
  method        = "POST"
  body          = terraform_data.connection.triggers_replace
  delete_path   = "${local.path}disconnect-provider/"
  delete_method = "POST"
  delete_body   = { phone_number = var.phone_number }

  # Without this, state has the whole response, which can contain secrets.
  output_attrs = ["status_code", "message"]

  # Fail unless the bridge then has the number, or no longer has it.
  poll = {
    url_locator       = "exact.${local.path}"
    status_locator    = "${local.numbers}|#(status==\"active\").status"
    status            = { success = "active" }
    default_delay_sec = 1
  }
  poll_delete = {
    url_locator       = "exact.${local.path}"
    status_locator    = "${local.numbers}|#(state==\"ASSIGNED\")#|#"
    status            = { success = "0" }
    default_delay_sec = 1
  }

  lifecycle {
    # Without this, Terraform connects without disconnecting first.
    replace_triggered_by = [terraform_data.connection]
  }
}
